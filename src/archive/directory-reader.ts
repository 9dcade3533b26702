import { createReadStream } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadEntry } from './read-image.ts';

export async function* readDirectory(top: string): AsyncGenerator<ReadEntry, void, undefined> {
  const names = await readdir(top, { recursive: true });
  const sorted = names.toSorted((one, other) =>
    Buffer.compare(Buffer.from(one), Buffer.from(other)),
  );
  for (const path of sorted) {
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
      content: kind === 'file' ? createReadStream(hostPath) : nothing(),
    };
  }
}

async function* nothing(): AsyncGenerator<Uint8Array, void, undefined> {
  // A directory and a link have no content.
}
