/** Adds the exitrd to a configuration of live-build: one file, or three for who keeps them apart. */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { readAsset } from '../asset/asset.ts';
import { Failure, reasonOf } from '../failure.ts';
import { packagesOf } from '../feature/packages-of.ts';
import { selectFeatures } from '../feature/select-features.ts';
import { ownExecutable } from '../image/own-executable.ts';
import { makeDirectories, putInPlace, type Placed } from '../install/put-in-place.ts';
import { hookText, packageList, tellAppended } from './hook-text.ts';
import { isAsWritten, markWritten } from './written-mark.ts';

/** Among the numbers that live-build leaves to others, before its own hooks clean the system up. */
const hookFile = '/config/hooks/normal/7000-shutdownramfs.hook.chroot';
const listFile = '/config/package-lists/shutdownramfs.list.chroot';
/** A directory of our own, which hooks see below /live-build; it gets into no image. */
const executableFile = '/config/shutdownramfs/shutdownramfs';

export interface HookOptions {
  /** Where `lb config` was run. */
  readonly directory: string;
  readonly features: readonly string[];
  /** End the machine when the medium it runs from goes away. */
  readonly watchMedium: boolean;
  /** Script, package list and executable as three files. */
  readonly separate: boolean;
}

/** Returns the paths of what it wrote; nothing is written when one of them is somebody else's. */
export async function writeHook(options: HookOptions): Promise<string[]> {
  const directory = resolve(options.directory);
  const packages = packagesOf(selectFeatures(options.features));
  const words = options.features.map((name) => `--feature=${name}`);
  if (options.watchMedium) {
    packages.push('memlockd');
    words.push('--watch-medium');
  }
  const template = readAsset('hooks/live-build/shutdownramfs.hook.chroot').toString();
  const script = hookText(template, packages, words);
  const files: (readonly [string, Placed])[] = options.separate
    ? [
        [hookFile, marked(Buffer.from(script), 0o755)],
        [listFile, marked(Buffer.from(packageList(packages)), 0o644)],
        [executableFile, { kind: 'copy', source: ownExecutable(), mode: 0o755 }],
      ]
    : [[hookFile, marked(await selfContained(script), 0o755)]];
  await requireConfiguration(directory);
  for (const [path] of files) {
    await requireOurs(join(directory, path), path === executableFile ? isExecutable : isAsWritten);
  }
  for (const [path, placed] of files) {
    await makeDirectories(directory, dirname(path));
    await putInPlace(directory, path, placed);
  }
  return files.map(([path]) => join(directory, path));
}

async function selfContained(script: string): Promise<Buffer> {
  // The mark is a line more.
  const text = tellAppended(script, 1);
  return Buffer.concat([Buffer.from(text), await readFile(ownExecutable())]);
}

function marked(content: Buffer, mode: number): Placed {
  return { kind: 'text', text: markWritten(content), mode };
}

async function requireConfiguration(directory: string): Promise<void> {
  const path = join(directory, 'config');
  const reason = await readdir(path).then(() => undefined, reasonOf);
  if (reason === undefined) return;
  throw new Failure(`write hook into ${path}: ${reason}`, {
    hint: '--directory names the directory where lb config was run',
  });
}

/** Ours, of whatever version: it holds the other half as an asset. */
function isExecutable(content: Buffer): boolean {
  return content.includes('NODE_SEA_BLOB') && content.includes('hooks/live-build/');
}

async function requireOurs(path: string, isOurs: (content: Buffer) => boolean): Promise<void> {
  const content = await readFile(path).catch((error: unknown) => {
    if (reasonOf(error) === 'ENOENT') return undefined;
    throw new Failure(`read ${path}: ${reasonOf(error)}`, { cause: error });
  });
  if (content === undefined || isOurs(content)) return;
  throw new Failure(`write ${path}: it was not written by this command, or changed since`, {
    hint: 'move it away first',
  });
}
