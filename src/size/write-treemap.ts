import { extname } from 'node:path';
import { Failure } from '../failure.ts';
import { writeWhole } from '../snapshot/write-whole.ts';
import { drawTreemap, drawTreemapPage } from './draw-treemap.ts';
import type { FileSize } from './image-sizes.ts';

const drawings: Readonly<Record<string, typeof drawTreemap>> = {
  '.svg': drawTreemap,
  '.html': drawTreemapPage,
};

/** Draws the sizes of an image into `file`, which is replaced when the picture is whole. */
export async function writeTreemap(
  files: readonly FileSize[],
  title: string,
  file: string,
): Promise<void> {
  const draw = drawings[extname(file)];
  if (draw === undefined) {
    throw new Failure(`draw ${file}: its name tells no kind of picture`, {
      hint: 'end it in .html or .svg',
    });
  }
  await writeWhole(file, draw(files, title));
}
