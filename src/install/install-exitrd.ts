/** Installs into a root: image, hook and unit, in place one after the other, each whole or not. */
import { copyFile, mkdir, readdir, rename, rm, rmdir, stat, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { readAsset } from '../asset/asset.ts';
import { Failure, reasonOf } from '../failure.ts';
import { manifestPath } from '../image/image-manifest.ts';
import { ownExecutable } from '../image/own-executable.ts';
import { runBuild } from '../image/run-build.ts';
import { sourceDateEpoch } from '../image/source-date-epoch.ts';
import { chooseHold, type Hold } from './choose-hold.ts';
import type { Settings } from '../settings/settings.ts';
import { compressUsr } from './compress-usr.ts';
import { hookText } from './hook-text.ts';
import * as installed from './installed-path.ts';
import { readRecord, uniteRecords } from './installation-record.ts';
import { makeDirectories, putInPlace, type Placed } from './put-in-place.ts';
import { isRunning, startNow } from './running-machine.ts';
import { sealImage } from './seal-image.ts';
import { unitText, type FillTime } from './unit-text.ts';
import { watchMedium, watchPaths } from './watch-medium.ts';

export interface InstallOptions {
  readonly root: string;
  /** Absent: compressed where that is possible. */
  readonly hold: Hold | undefined;
  readonly fill: FillTime;
  readonly features: readonly string[] | undefined;
  /** Configuration files that are read instead of the root's. */
  readonly config: readonly string[] | undefined;
  /** Also puts the executable itself at /usr/bin/shutdownramfs. */
  readonly withCommand: boolean;
  /** End the machine when the medium it runs from goes away. */
  readonly watchMedium: boolean;
  /** Fill now, when the root is this machine's. */
  readonly start: boolean;
}

export interface Installation {
  readonly root: string;
  readonly hold: Hold;
  /** Why the image is not held compressed when nobody asked for that. */
  readonly reason: string | undefined;
  /** Memory held from the filling to the shutdown, in KiB. */
  readonly kib: number;
  readonly fill: FillTime;
  readonly started: boolean;
}

/** Leaves what was installed before as it was when it fails before the new image is whole. */
export async function installExitrd(options: InstallOptions): Promise<Installation> {
  const root = resolve(options.root);
  await requireSystem(root);
  const watching = options.watchMedium ? watchMedium(root, options.fill) : [];
  const { hold, reason } = await chooseHold(root, options.hold);
  const executable = ownExecutable();
  const directories = await makeDirectories(root, installed.libraryDirectory);
  const { name, kib, settings } = await makeImage(root, executable, hold, options).catch(
    async (error: unknown) => {
      for (const directory of directories.toReversed()) {
        await rmdir(join(root, directory)).catch(() => undefined);
      }
      throw error;
    },
  );
  const files: readonly (readonly [string, Placed])[] = [
    [installed.hookFile, hook(settings)],
    [installed.unitFile, unit(options.fill)],
    [installed.enablingLink, { kind: 'symlink', target: installed.unitFile }],
    ...(options.withCommand ? [commandCopy(executable)] : []),
    ...watching,
  ];
  for (const [path] of files) {
    directories.push(...(await makeDirectories(root, path.slice(0, path.lastIndexOf('/')))));
  }
  // Before the files, so that an installation that ends halfway can be uninstalled.
  const earlier = await readRecord(root);
  const record = uniteRecords(earlier, {
    version: 1,
    paths: files.map(([path]) => path),
    directories,
  });
  const text = `${JSON.stringify(record, null, 1)}\n`;
  await putInPlace(root, installed.recordFile, { kind: 'text', text, mode: 0o644 });
  await putInPlace(root, installed.imageLink, { kind: 'symlink', target: name });
  for (const [path, placed] of files) await putInPlace(root, path, placed);
  await removeImages(root, name);
  if (!options.watchMedium) {
    // A list of files of another day would be worse than none.
    const stale = watchPaths.filter((path) => earlier?.paths.includes(path));
    for (const path of stale) await rm(join(root, path), { force: true });
  }
  const started = options.start && (await isRunning(root));
  if (started) await startNow(options.watchMedium);
  return { root, hold, reason, kib, fill: options.fill, started };
}

/** Before a directory is made in what was only misspelt. */
async function requireSystem(root: string): Promise<void> {
  const facts = await stat(join(root, 'usr')).catch((error: unknown) => {
    if (reasonOf(error) !== 'ENOENT' && reasonOf(error) !== 'ENOTDIR') {
      throw new Failure(`read root ${root}: ${reasonOf(error)}`, { cause: error });
    }
  });
  if (facts?.isDirectory() === true) return;
  throw new Failure(`install into ${root}: it has no directory /usr`, {
    hint: '--root names a directory with a whole system below it',
  });
}

/** The image in a directory named after its content, beside the one in use. */
async function makeImage(
  root: string,
  executable: string,
  hold: Hold,
  { features, config }: Pick<InstallOptions, 'features' | 'config'>,
) {
  const library = join(root, installed.libraryDirectory);
  const part = join(library, '.image.new');
  const tree = join(part, 'tree');
  try {
    await rm(part, { recursive: true, force: true });
    await mkdir(part);
    const image = { output: tree, format: 'directory', compress: 'none' } as const;
    const { settings } = await runBuild({ ...image, root, executable, features, config });
    // For `status`, which cannot look into a compressed part.
    await copyFile(join(tree, manifestPath), join(part, 'manifest.json'));
    if (hold === 'compressed') {
      await compressUsr(tree, sourceDateEpoch(process.env['SOURCE_DATE_EPOCH']));
    }
    await claimPlace(tree);
    const { digest, kib } = await sealImage(part);
    const name = `image-${digest.slice(0, 16)}`;
    await flush(library);
    await replace(part, join(library, name), join(library, '.image.old'));
    return { name, kib, settings };
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    if (error instanceof Failure) throw error;
    throw new Failure(`make image in ${library}: ${reasonOf(error)}`, { cause: error });
  }
}

/** dracut and finalrd, which would fill /run/initramfs too, leave it alone where it has a bin/sh. */
async function claimPlace(tree: string): Promise<void> {
  await mkdir(join(tree, 'usr/bin'), { recursive: true });
  await symlink('../../guard/busybox', join(tree, 'usr/bin/sh')).catch((error: unknown) => {
    // A script of the root has brought its own.
    if (reasonOf(error) !== 'EEXIST') throw error;
  });
}

/** The same image again repairs what has happened to its files. */
async function replace(made: string, target: string, old: string): Promise<void> {
  await rm(old, { recursive: true, force: true });
  await rename(target, old).catch((error: unknown) => {
    if (reasonOf(error) !== 'ENOENT') throw error;
  });
  await rename(made, target);
  await rm(old, { recursive: true, force: true });
}

/** The name may not outlive a power cut that its bytes do not. */
async function flush(directory: string): Promise<void> {
  await execa('sync', ['--file-system', directory]);
}

async function removeImages(root: string, kept: string): Promise<void> {
  const library = join(root, installed.libraryDirectory);
  for (const name of await readdir(library)) {
    if (!name.startsWith('image-') || name === kept) continue;
    await rm(join(library, name), { recursive: true });
  }
}

function hook(settings: Settings): Placed {
  const text = readAsset('hooks/shutdownramfs.shutdown').toString();
  return { kind: 'text', text: hookText(text, settings), mode: 0o755 };
}

function unit(fill: FillTime): Placed {
  const text = readAsset('hooks/shutdownramfs.service').toString();
  return { kind: 'text', text: unitText(text, fill), mode: 0o644 };
}

function commandCopy(executable: string): readonly [string, Placed] {
  return [installed.commandFile, { kind: 'copy', source: executable, mode: 0o755 }];
}
