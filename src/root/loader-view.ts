/** A foreign root as its own dynamic loader sees it. */
import { posix } from 'node:path';
import type { ElfObject } from '../elf/elf-object.ts';
import {
  builtInDirectories,
  usualDirectories,
  type SystemDirectories,
} from '../elf/library-search.ts';
import type { LoaderView, LocatedObject } from '../elf/loader-view.ts';
import { ElfError, parseElf } from '../elf/parse-elf.ts';
import { parseLinkerConfig } from '../elf/parse-linker-config.ts';
import { Failure } from '../failure.ts';
import type { ForeignRoot, LocatedNode } from './foreign-root.ts';
import { matchesName } from './matches-name.ts';

export interface RootLoaderView extends LoaderView {
  /** Headers of a file already located; undefined for what is not ELF. */
  headers(node: LocatedNode): ElfObject | undefined;
}

/** Headers are read once a file. */
export function createLoaderView(root: ForeignRoot): RootLoaderView {
  const parsed = new Map<string, ElfObject | undefined>();
  let configured: readonly string[] | undefined;

  const headers = (node: LocatedNode): ElfObject | undefined => {
    if (!parsed.has(node.path)) parsed.set(node.path, readHeaders(root, node));
    return parsed.get(node.path);
  };
  return {
    headers,
    object(path) {
      const node = root.locate(path);
      if (node === undefined || !node.stats.isFile()) return undefined;
      const elf = headers(node);
      return elf && { path: node.path, elf };
    },
    obstacle(path) {
      const node = root.locate(path);
      return node && (node.stats.isFile() ? 'no ELF file' : kindOf(node));
    },
    system(interpreter: LocatedObject, name: string) {
      const [, place, architecture] = /^(.*?)\/[^/]*\/ld-musl-([^/]+)\.so\.1$/.exec(name) ?? [];
      if (architecture !== undefined) {
        return muslDirectories(root, `${place}/etc/ld-musl-${architecture}.path`);
      }
      configured ??= configuredDirectories(root);
      const node = root.locate(interpreter.path);
      const told =
        node === undefined
          ? []
          : root.open(node, (read, size) => builtInDirectories(read(0, Math.min(size, 4 << 20))));
      const builtIn = told.length > 0 ? told : usualDirectories(interpreter.elf);
      return { family: 'glibc', configured, builtIn };
    },
  };
}

function kindOf({ stats }: LocatedNode): string {
  if (stats.isDirectory()) return 'a directory';
  return stats.isFIFO() ? 'a pipe' : 'a device or socket';
}

/** Source: musl ldso/dynlink.c (load_library, path_open). */
function muslDirectories(root: ForeignRoot, pathFile: string): SystemDirectories {
  const configured = (root.readText(pathFile) ?? '').split(/[:\n]/);
  return {
    family: 'musl',
    configured: configured.filter((directory) => directory.startsWith('/')),
    builtIn: ['/lib', '/usr/local/lib', '/usr/lib'],
  };
}

function readHeaders(root: ForeignRoot, node: LocatedNode): ElfObject | undefined {
  try {
    return root.open(node, (read) => parseElf(read));
  } catch (error) {
    if (!(error instanceof ElfError)) throw error;
    throw new Failure(`read ${node.path} in ${root.directory}: broken ELF file, ${error.message}`, {
      cause: error,
    });
  }
}

/** Directories of ld.so.conf, and in their place those of what it includes, each file read once. */
function configuredDirectories(root: ForeignRoot): string[] {
  const directories: string[] = [];
  const seen = new Set<string>();
  const pending: LinkerItem[] = [{ kind: 'file', path: '/etc/ld.so.conf' }];
  for (let item = pending.shift(); item !== undefined; item = pending.shift()) {
    if (item.kind === 'directory') directories.push(item.path);
    else if (!seen.has(item.path)) {
      seen.add(item.path);
      const from = posix.dirname(item.path);
      const items = parseLinkerConfig(root.readText(item.path) ?? '').flatMap(
        (directive): LinkerItem[] => {
          if (directive.kind === 'directory') return [directive];
          const paths = matches(root, posix.resolve(from, directive.pattern));
          return paths.map((path) => ({ kind: 'file', path }));
        },
      );
      pending.unshift(...items);
    }
  }
  return [...new Set(directories)].filter((directory) => directory.startsWith('/'));
}

interface LinkerItem {
  readonly kind: 'file' | 'directory';
  readonly path: string;
}

function matches(root: ForeignRoot, pattern: string): string[] {
  let found = [''];
  for (const part of pattern.split('/').slice(1)) {
    found = found.flatMap((parent) =>
      /[*?[]/.test(part)
        ? root
            .list(parent === '' ? '/' : parent)
            .filter((name) => matchesName(name, part))
            .map((name) => `${parent}/${name}`)
        : [`${parent}/${part}`],
    );
  }
  return found;
}
