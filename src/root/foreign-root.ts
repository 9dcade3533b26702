/**
 * A directory seen as a root of its own, as chroot(2) would see it: absolute symlinks and `..` never
 * lead out. Look-ups are synchronous and remembered, since a closure is thousands of them and the
 * root is taken to stand still meanwhile.
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  type Stats,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { Failure, reasonOf } from '../failure.ts';

/** What a path leads to. */
export interface LocatedNode {
  /** Absolute inside the root, free of symlinks. */
  readonly path: string;
  readonly hostPath: string;
  readonly stats: Stats;
  /** The symlinks among the components of the path that was asked for, in order. */
  readonly links: readonly RootLink[];
}

interface RootLink {
  /** Free of symlinks but for the last component, which is the link. */
  readonly path: string;
  /** What the link leads to in the end, free of symlinks. */
  readonly target: string;
}

/** In bytes; the longest that is read, a package manager's database, has a few MiB. */
const longestText = 256 * 1024 * 1024;

/** The kernel's own limit (path_resolution(7)). */
const mostLinks = 40;

type Word =
  | { readonly kind: 'component'; readonly name: string }
  | { readonly kind: 'end-of-link'; readonly path: string };

export class ForeignRoot {
  readonly directory: string;
  readonly #stats = new Map<string, Stats | undefined>();
  readonly #targets = new Map<string, string>();

  constructor(directory: string) {
    this.directory = resolve(directory);
  }

  /** Follows symlinks to the end. Undefined where nothing is; throws a Failure for a loop. */
  locate(path: string): LocatedNode | undefined {
    const words: Word[] = wordsOf(path).toReversed();
    const links: RootLink[] = [];
    let current = '/';
    let followed = 0;
    let depth = 0;
    for (let word = words.pop(); word !== undefined; word = words.pop()) {
      if (word.kind === 'end-of-link') {
        depth--;
        if (depth === 0) links.push({ path: word.path, target: current });
        continue;
      }
      if (word.name === '..') {
        current = parentOf(current);
        continue;
      }
      const here = current === '/' ? `/${word.name}` : `${current}/${word.name}`;
      const stats = this.#lstat(here);
      if (stats === undefined) return undefined;
      if (!stats.isSymbolicLink()) {
        if (!stats.isDirectory() && words.some(({ kind }) => kind === 'component'))
          return undefined;
        current = here;
        continue;
      }
      followed++;
      if (followed > mostLinks) {
        throw new Failure(`follow ${path} in ${this.directory}: ELOOP`, {
          hint: `${here} is part of a loop of symlinks`,
        });
      }
      const target = this.#readlink(here);
      depth++;
      words.push({ kind: 'end-of-link', path: here }, ...wordsOf(target).toReversed());
      if (target.startsWith('/')) current = '/';
    }
    const stats = this.#lstat(current);
    if (stats === undefined) return undefined;
    return { path: current, hostPath: this.#hostPath(current), stats, links };
  }

  /** What a symlink says, though it may lead nowhere; undefined for anything else. */
  readLink(path: string): string | undefined {
    const parent = this.locate(parentOf(path));
    if (parent === undefined) return undefined;
    const here = `${parent.path === '/' ? '' : parent.path}${path.slice(path.lastIndexOf('/'))}`;
    return this.#lstat(here)?.isSymbolicLink() === true ? this.#readlink(here) : undefined;
  }

  /** Names in a directory, sorted; none where there is no such directory. */
  list(path: string): string[] {
    const node = this.locate(path);
    if (node === undefined || !node.stats.isDirectory()) return [];
    return this.#try('list', node.path, () => readdirSync(node.hostPath).toSorted());
  }

  /** The text of a small file; undefined where there is none. */
  readText(path: string): string | undefined {
    const node = this.locate(path);
    if (node === undefined || !node.stats.isFile()) return undefined;
    return this.open(node, (read, size) => {
      if (size > longestText) {
        throw new Failure(`read ${node.path} in ${this.directory}: ${size} bytes are no text`);
      }
      return Buffer.from(read(0, size)).toString('utf8');
    });
  }

  /**
   * Gives a regular file's bytes, by position, to `use`. Throws a Failure when it is not the file any
   * more that was located, or becomes another meanwhile.
   */
  open<Result>(
    node: LocatedNode,
    use: (read: (position: number, length: number) => Uint8Array, size: number) => Result,
  ): Result {
    const file = this.#try('open', node.path, () =>
      openSync(node.hostPath, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK),
    );
    try {
      const { size } = this.#unchanged(node, file);
      const read = (position: number, length: number) => {
        const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - position)));
        let filled = 0;
        while (filled < buffer.length) {
          const count = readSync(file, buffer, filled, buffer.length - filled, position + filled);
          if (count === 0) break;
          filled += count;
        }
        return buffer.subarray(0, filled);
      };
      try {
        return use(read, size);
      } finally {
        // Before any complaint about its content: half of a new file looks like a broken one.
        this.#unchanged(node, file);
      }
    } finally {
      closeSync(file);
    }
  }

  #unchanged({ path, stats }: LocatedNode, file: number): Stats {
    const now = fstatSync(file);
    const same =
      now.dev === stats.dev &&
      now.ino === stats.ino &&
      now.size === stats.size &&
      now.mtimeMs === stats.mtimeMs;
    if (same) return now;
    throw new Failure(`read ${path} in ${this.directory}: it changed meanwhile`, {
      hint: 'wait until nothing writes to the root any more, and run this again',
    });
  }

  #hostPath(path: string): string {
    return join(this.directory, path);
  }

  #lstat(path: string): Stats | undefined {
    const known = this.#stats.get(path);
    if (known !== undefined || this.#stats.has(path)) return known;
    const stats = this.#try('look at', path, () => {
      try {
        return lstatSync(this.#hostPath(path));
      } catch (error) {
        if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? ''))
          return undefined;
        throw error;
      }
    });
    this.#stats.set(path, stats);
    return stats;
  }

  #readlink(path: string): string {
    const known = this.#targets.get(path);
    if (known !== undefined) return known;
    const target = this.#try('follow', path, () => readlinkSync(this.#hostPath(path)));
    this.#targets.set(path, target);
    return target;
  }

  #try<Result>(verb: string, path: string, work: () => Result): Result {
    try {
      return work();
    } catch (error) {
      if (error instanceof Failure) throw error;
      throw new Failure(`${verb} ${path} in ${this.directory}: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  }
}

function wordsOf(path: string): Word[] {
  return path
    .split('/')
    .filter((name) => name !== '' && name !== '.')
    .map((name) => ({ kind: 'component', name }));
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/';
}
