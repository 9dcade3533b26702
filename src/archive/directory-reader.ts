import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadEntry } from './read-entry.ts';

export async function* readDirectory(top: string): AsyncGenerator<ReadEntry, void, undefined> {
  for (const path of await listTree(top)) {
    const hostPath = join(top, path);
    const stats = await lstat(hostPath);
    const kind = stats.isFile()
      ? 'file'
      : stats.isDirectory()
        ? 'directory'
        : stats.isSymbolicLink()
          ? 'symlink'
          : 'other';
    yield {
      kind,
      path,
      mode: stats.mode & 0o7777,
      size: kind === 'file' ? stats.size : 0,
      target: kind === 'symlink' ? await readlink(hostPath) : undefined,
      content: contentOf(kind, hostPath),
    };
  }
}

/** Sorted by bytes. readdir's own recursion goes through symlinks. */
async function listTree(top: string): Promise<string[]> {
  const paths: string[] = [];
  const pending = [''];
  for (let parent = pending.pop(); parent !== undefined; parent = pending.pop()) {
    for (const entry of await readdir(join(top, parent), { withFileTypes: true })) {
      const path = join(parent, entry.name);
      paths.push(path);
      if (entry.isDirectory()) pending.push(path);
    }
  }
  return paths.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
}

/** Opened only when it is read: most readers want the list. */
async function* contentOf(
  kind: ReadEntry['kind'],
  hostPath: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  if (kind === 'file') yield* createReadStream(hostPath) as AsyncIterable<Buffer>;
}
