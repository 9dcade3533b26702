import type { Readable } from 'node:stream';
import { extract } from 'tar-stream';
import type { ReadEntry } from './read-entry.ts';

const kinds = ['file', 'directory', 'symlink', 'link'] as const;

export async function* readTar(stream: Readable): AsyncGenerator<ReadEntry, void, undefined> {
  const archive = extract();
  stream.once('error', (error) => archive.destroy(error));
  stream.pipe(archive);
  for await (const entry of archive) {
    const { name, type, mode, size, linkname } = entry.header;
    const kind = kinds.find((one) => one === type) ?? 'other';
    yield {
      kind,
      path: name.replace(/\/$/, ''),
      mode: mode ?? 0,
      size: size ?? 0,
      target: kind === 'symlink' || kind === 'link' ? (linkname ?? '') : undefined,
      content: entry as AsyncIterable<Uint8Array>,
    };
    entry.resume();
  }
}
