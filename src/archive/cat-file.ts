import { posix } from 'node:path';
import { Failure } from '../failure.ts';
import type { ReadEntry } from './read-entry.ts';
import { readImage } from './read-image.ts';

/** Where in an image an entry is; of several of one name the last one counts, as for the kernel. */
interface Place extends Pick<ReadEntry, 'kind' | 'target'> {
  readonly index: number;
}

/** One file's bytes. Symlinks are followed, also among the parents. The image is read twice. */
export async function* catFile(
  image: string,
  path: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const places = new Map<string, Place>();
  let count = 0;
  for await (const { path: name, kind, target } of readImage(image)) {
    places.set(name, { kind, target, index: count++ });
  }
  const { index } = findFile(places, image, path);
  count = 0;
  for await (const { content } of readImage(image)) {
    if (count++ !== index) continue;
    yield* content;
    return;
  }
}

function findFile(places: ReadonlyMap<string, Place>, image: string, path: string): Place {
  let wanted = posix.resolve('/', path).slice(1);
  for (let turn = 0; turn < 40; turn++) {
    const link = firstLink(places, wanted);
    if (link === undefined) {
      const named = places.get(wanted);
      const place = named?.kind === 'link' ? places.get(named.target ?? '') : named;
      if (place?.kind === 'file') return place;
      const reason = place?.kind === 'directory' ? 'it is a directory' : 'there is no such file';
      throw new Failure(`read ${path} in ${image}: ${reason}`, {
        hint: `shutdownramfs list ${image}`,
      });
    }
    const target = posix.resolve('/', posix.dirname(link), places.get(link)?.target ?? '');
    wanted = `${target}${wanted.slice(link.length)}`.slice(1);
  }
  throw new Failure(`read ${path} in ${image}: ELOOP`);
}

/** The first symlink on the way to a path, or at its end. */
function firstLink(places: ReadonlyMap<string, Place>, path: string): string | undefined {
  const names = path.split('/');
  return names
    .map((_, index) => names.slice(0, index + 1).join('/'))
    .find((parent) => places.get(parent)?.kind === 'symlink');
}
