/** Reads a newc cpio archive (Documentation/driver-api/early-userspace/buffer-format.rst). */
import type { ByteSource } from './byte-source.ts';
import type { ReadEntry } from './read-entry.ts';

const headerSize = 110;
const longestName = 4096;
const kinds = new Map<number, ReadEntry['kind']>([
  [0o040000, 'directory'],
  [0o100000, 'file'],
  [0o120000, 'symlink'],
]);

/** Up to and with its end mark; what follows stays in `source`. */
export async function* readCpio(source: ByteSource): AsyncGenerator<ReadEntry, void, undefined> {
  const linked = new Map<number, string>();
  for (;;) {
    const header = await source.take(headerSize);
    if (header.toString('latin1', 0, 6) !== '070701')
      throw new Error('it has no header where one should be');
    const field = (index: number) =>
      hexadecimal(header.toString('latin1', 6 + 8 * index, 14 + 8 * index));
    const mode = field(1);
    const size = field(6);
    const nameSize = field(11);
    if (nameSize === 0 || nameSize > longestName) throw new Error('a name in it is too long');
    const path = (await source.take(nameSize)).toString('utf8', 0, nameSize - 1);
    await source.take(paddingOf(headerSize + nameSize));
    if (path === 'TRAILER!!!') return;
    const first = field(4) > 1 && size === 0 ? linked.get(field(0)) : undefined;
    const kind = first === undefined ? (kinds.get(mode & 0o170000) ?? 'other') : 'link';
    if (kind === 'file' && field(4) > 1) linked.set(field(0), path);
    if (kind === 'symlink' && size > longestName) throw new Error('a symlink in it is too long');
    const target = kind === 'symlink' ? (await source.take(size)).toString('utf8') : first;
    const body = kind === 'symlink' ? 0 : size;
    const content = source.pass(body);
    yield { kind, path, mode: mode & 0o7777, size: body, target, content };
    await skip(content);
    await source.take(paddingOf(size));
  }
}

async function skip(content: ReturnType<ByteSource['pass']>): Promise<void> {
  for (let part = await content.next(); part.done !== true; part = await content.next());
}

function hexadecimal(text: string): number {
  if (!/^[0-9a-fA-F]{8}$/.test(text)) throw new Error(`${JSON.stringify(text)} in it is no number`);
  return Number.parseInt(text, 16);
}

function paddingOf(size: number): number {
  return (4 - (size % 4)) % 4;
}
