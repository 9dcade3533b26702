/** squashfs, by the tools of squashfs-tools: made of a tar stream, read by being unpacked. */
import type { Writable } from 'node:stream';
import type { Packing } from './image-format.ts';
import { feedInto, runTool, type Stage } from './tool.ts';

/** Takes a tar archive. The same one gives the same bytes, see mksquashfs(1). */
export function squashfsSink(
  path: string,
  { compression, level }: Packing,
  modificationTime: number,
): Stage<Writable> {
  const time = String(modificationTime);
  // Not sqfstar: that of squashfs-tools 4.5 takes a level's number for the output.
  const words = [
    '-',
    path,
    '-tar',
    '-quiet',
    '-no-progress',
    '-no-xattrs',
    '-all-root',
    '-root-mode',
    '755',
  ];
  words.push('-all-time', time, '-root-time', time, '-mkfs-time', time);
  // By default it would take a quarter of the memory for its queues.
  words.push('-mem', '128M', '-comp', compression === 'none' ? 'gzip' : compression);
  if (compression === 'none') words.push('-noI', '-noD', '-noF', '-noX');
  else if (level !== undefined) words.push('-Xcompression-level', String(level));
  return feedInto('mksquashfs', ...words);
}

/** `directory` must not exist. */
export async function unpackSquashfs(image: string, directory: string): Promise<void> {
  await runTool('unsquashfs', ['-quiet', '-no-progress', '-no-xattrs', '-d', directory, image]);
}
