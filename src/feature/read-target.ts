/** Gathers what tells which layers a target has: files of the root, and its machine if it runs here. */
import { existsSync, statSync } from 'node:fs';
import { reasonOf } from '../failure.ts';
import type { ForeignRoot } from '../root/foreign-root.ts';
import { localFactSource } from '../snapshot/local-fact-source.ts';
import { takeSnapshot } from '../snapshot/take-snapshot.ts';
import type { TargetFacts } from './detect-features.ts';
import { placesOf, type Feature } from './feature.ts';
import { runningCommandLine, targetSources, type TargetFile } from './target-files.ts';

/** Throws a Failure for a root that cannot be read at all. */
export async function readTarget(
  root: ForeignRoot,
  features: readonly Feature[],
): Promise<TargetFacts> {
  const stack = isThisMachine(root.directory) ? await takeSnapshot(localFactSource) : undefined;
  const files: TargetFile[] = [];
  const unreadable: string[] = [];
  for (const { path: source } of targetSources) {
    if (source === runningCommandLine) {
      // Of another root this would be the kernel that builds.
      if (stack !== undefined) files.push({ path: source, text: stack.commandLine });
      continue;
    }
    try {
      files.push(...readSource(root, source));
    } catch (error) {
      if (reasonOf((error as Error).cause) !== 'EACCES') throw error;
      unreadable.push(source);
    }
  }
  return {
    files,
    unreadable,
    stack,
    equipped: new Set(
      features.filter((feature) => isEquipped(root, feature)).map(({ name }) => name),
    ),
  };
}

function readSource(root: ForeignRoot, source: string): readonly TargetFile[] {
  if (source.endsWith('/')) {
    const names = root.list(source);
    return names.length === 0 ? [] : [{ path: source, text: names.join('\n') }];
  }
  const directory = source.endsWith('/*') ? source.slice(0, -2) : undefined;
  const paths =
    directory === undefined ? [source] : root.list(directory).map((name) => `${directory}/${name}`);
  return paths.flatMap((path) => {
    const text = root.readText(path);
    return text === undefined ? [] : [{ path, text }];
  });
}

function isEquipped(root: ForeignRoot, { binaries }: Feature): boolean {
  return binaries.every(
    (binary) =>
      binary.optional === true ||
      placesOf(binary).some((path) => root.locate(path)?.stats.isFile() === true),
  );
}

/** Not in a container, which sees devices of its host, nor in a chroot, where an image is made. */
function isThisMachine(directory: string): boolean {
  if (directory !== '/' || !existsSync('/run/systemd/system')) return false;
  if (existsSync('/run/systemd/container')) return false;
  try {
    const [own, first] = [statSync('/'), statSync('/proc/1/root/')];
    return own.dev === first.dev && own.ino === first.ino;
  } catch {
    // Who may not look at PID 1 is no pipeline that builds as root.
    return true;
  }
}
