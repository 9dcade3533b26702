/** Root, features and executable in; the whole image out, as data that no writer need add to. */
import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { listAssets, readAsset } from '../asset/asset.ts';
import { resolveClosure } from '../elf/closure.ts';
import { sameArchitecture, type ElfObject } from '../elf/elf-object.ts';
import { machineName } from '../elf/machine-name.ts';
import { parseElf } from '../elf/parse-elf.ts';
import { Failure, reasonOf } from '../failure.ts';
import type { Feature } from '../feature/feature.ts';
import type { ForeignRoot } from '../root/foreign-root.ts';
import { createLoaderView, type RootLoaderView } from '../root/loader-view.ts';
import { openRoot } from '../root/open-root.ts';
import { settingsText } from '../settings/settings-text.ts';
import { defaultSettings, settingsPath, type Settings } from '../settings/settings.ts';
import { arrangeImage } from './arrange-image.ts';
import { closureEntries, collectFeature, type Collection } from './collect-entries.ts';
import { collectOwn, type OwnContent } from './collect-own.ts';
import type { Content, FileEntry, ImageEntry } from './image-entry.ts';
import { manifestPath, manifestText, type ExecutableContents } from './image-manifest.ts';
import type { Image } from './image.ts';
import { refuseKeyPaths } from './inspect-file.ts';
import { parseCrypttabKeyFiles } from './key-material.ts';
import { linkFiles } from './link-files.ts';
import { prepareManifest } from './prepare-manifest.ts';

export interface BuildOptions {
  /** The root whose programs and libraries are packed. */
  readonly root: string;
  readonly features: readonly Feature[];
  /** What the configuration adds. */
  readonly own?: OwnContent;
  /** The file of the executable itself, on the host. */
  readonly executable: string;
  /** What was bundled into it, for the manifest. */
  readonly contents?: ExecutableContents;
  /** Of every entry, in seconds since 1970. */
  readonly modificationTime: number;
  /** The defaults where absent. */
  readonly settings?: Settings;
}

const executablePath = '/usr/bin/shutdownramfs';
const unknownContents: ExecutableContents = { version: 'unknown', runtime: {}, packages: [] };
const emptyDirectories = ['oldroot', 'proc', 'sys', 'dev', 'run', 'mnt', 'tmp'];

/** Changes nothing anywhere. Throws a Failure for what cannot be whole, and for the names of keys. */
export function buildImage(options: BuildOptions): Image {
  const root = openRoot(options.root);
  const view = createLoaderView(root);
  checkArchitecture(options, view);
  const collections = [
    { entries: [...rootLinks(root), ...skeletonEntries(), settingsEntry(options)], programs: [] },
    collectExecutable(options.executable, root, view),
    ...options.features.map((feature) => collectFeature(feature, root, view)),
    ...(options.own === undefined ? [] : [collectOwn(options.own, root, view)]),
  ];
  const collected = [...collections.flatMap(({ entries }) => entries), manifestEntry('')];
  const arranged = arrangeImage(collected, sameBytes);
  const entries = linkFiles(arranged.filter(({ path }) => path !== manifestPath));
  refuseKeyPaths(entries, crypttabKeyFiles(root));
  const programs = collections.flatMap(({ programs }) => programs);
  const finishManifest = prepareManifest({
    root,
    executable: { path: executablePath, ...(options.contents ?? unknownContents) },
    features: options.features.map(({ name }) => name),
    programs,
    collected,
    entries,
  });
  return {
    entries,
    conclude(digests) {
      const manifest = finishManifest(digests);
      return { manifest, entries: [manifestEntry(manifestText(manifest))] };
    },
    modificationTime: options.modificationTime,
    programs,
    machine: machineName(readExecutable(options.executable).elf),
  };
}

/** A root may have /usr/sbin or /usr/lib64 as links of their own; the image keeps them so. */
function rootLinks(root: ForeignRoot): ImageEntry[] {
  return ['/usr/bin', '/usr/sbin', '/usr/lib', '/usr/lib64'].flatMap((path) =>
    (root.locate(path)?.links ?? []).map((link) => ({
      kind: 'symlink' as const,
      ...link,
      origin: 'skeleton',
    })),
  );
}

function skeletonEntries(): ImageEntry[] {
  const origin = 'skeleton';
  const directory = 'initramfs-skel';
  return [
    ...emptyDirectories.map((name) => ({ kind: 'directory' as const, path: `/${name}`, origin })),
    { kind: 'symlink' as const, path: '/usr/bin/busybox', target: '/guard/busybox', origin },
    ...listAssets(directory).map((key) => {
      const bytes = readAsset(key);
      // Assets have lost their modes; what starts with an interpreter's name is a program.
      const executable = bytes.subarray(0, 2).toString('latin1') === '#!';
      const path = key.slice(directory.length);
      return { kind: 'file' as const, path, executable, content: bytesOf(bytes), origin };
    }),
  ];
}

/** The executable itself, from the host, with the libraries that it needs of the root. */
export function collectExecutable(
  file: string,
  root: ForeignRoot,
  view: RootLoaderView,
): Collection {
  const origin = 'executable';
  const { elf, size } = readExecutable(file);
  const members = resolveClosure({ path: executablePath, elf }, view);
  const content: Content = { kind: 'host-file', hostPath: file, source: file, size, mode: 0o755 };
  const link = '/usr/lib/shutdownramfs/shutdown';
  return {
    entries: [
      { kind: 'file', path: executablePath, executable: true, content, origin },
      { kind: 'symlink', path: link, target: executablePath, origin },
      ...closureEntries(members, root, origin),
    ],
    programs: [
      {
        path: executablePath,
        probe: ['--help'],
        static: elf.interpreter === undefined,
      },
    ],
  };
}

/** Libraries of another architecture would only be missing, one after the other. */
function checkArchitecture({ executable, features }: BuildOptions, view: RootLoaderView): void {
  const { elf } = readExecutable(executable);
  const paths = features.flatMap(({ binaries }) => binaries.map(({ path }) => path));
  const other = paths.map((path) => view.object(path)?.elf).find((found) => found !== undefined);
  if (other === undefined || sameArchitecture(elf, other)) return;
  const [ours, theirs] = [machineName(elf), machineName(other)];
  throw new Failure(`pack executable ${executable}: it is for ${ours}, the root for ${theirs}`, {
    hint: `--executable of \`build\` names the one for ${theirs}`,
  });
}

function readExecutable(file: string): { readonly elf: ElfObject; readonly size: number } {
  try {
    const handle = openSync(file, 'r');
    try {
      const { size } = fstatSync(handle);
      const elf = parseElf((position, length) => {
        const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - position)));
        return buffer.subarray(0, readSync(handle, buffer, 0, buffer.length, position));
      });
      if (elf === undefined) throw new Failure('it is no ELF program');
      return { elf, size };
    } finally {
      closeSync(handle);
    }
  } catch (error) {
    throw new Failure(`read executable ${file}: ${reasonOf(error)}`, { cause: error });
  }
}

function settingsEntry({ settings = defaultSettings }: BuildOptions): ImageEntry {
  const content = bytesOf(Buffer.from(settingsText(settings)));
  return { kind: 'file', path: settingsPath, executable: false, content, origin: 'skeleton' };
}

/** Its place is taken before its text is known, because the text tells of all the others. */
function manifestEntry(text: string): FileEntry {
  const content = bytesOf(Buffer.from(text));
  return { kind: 'file', path: manifestPath, executable: false, content, origin: 'skeleton' };
}

function bytesOf(bytes: Uint8Array): Content {
  return { kind: 'bytes', bytes };
}

function sameBytes(one: Content, other: Content): boolean {
  return Buffer.compare(bytesIn(one), bytesIn(other)) === 0;
}

function bytesIn(content: Content): Uint8Array {
  return content.kind === 'bytes' ? content.bytes : readFileSync(content.hostPath);
}

/** A crypttab that this user may not read names no file that could be packed. */
function crypttabKeyFiles(root: ForeignRoot): ReadonlySet<string> {
  let text: string | undefined;
  try {
    text = root.readText('/etc/crypttab');
  } catch (error) {
    if (reasonOf((error as Error).cause) !== 'EACCES') throw error;
  }
  const named = parseCrypttabKeyFiles(text ?? '');
  return new Set(named.flatMap((path) => [path, root.locate(path)?.path ?? path]));
}
