import { posix } from 'node:path';
import { Failure } from '../failure.ts';
import { readImage } from './read-image.ts';

/** One file's bytes. A symlink is followed, also among the parents; the image is then read again. */
export async function* catFile(
  image: string,
  path: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let wanted = posix.resolve('/', path).slice(1);
  for (let turn = 0; turn < 40; turn++) {
    let next: string | undefined;
    let isDirectory = false;
    for await (const entry of readImage(image)) {
      if (entry.kind === 'file' && entry.path === wanted) {
        yield* entry.content;
        return;
      }
      isDirectory ||= entry.kind === 'directory' && entry.path === wanted;
      if (entry.kind !== 'symlink') continue;
      if (wanted === entry.path || wanted.startsWith(`${entry.path}/`)) {
        const rest = wanted.slice(entry.path.length);
        const target = posix.resolve('/', posix.dirname(entry.path), entry.target ?? '');
        next = `${target}${rest}`.slice(1);
        break;
      }
    }
    if (next === undefined) {
      const reason = isDirectory ? 'it is a directory' : 'there is no such file';
      throw new Failure(`read ${path} in ${image}: ${reason}`, {
        hint: `shutdownramfs list ${image}`,
      });
    }
    wanted = next;
  }
  throw new Failure(`read ${path} in ${image}: ELOOP`);
}
