import { groupSizes } from './group-sizes.ts';
import type { FileSize } from './image-sizes.ts';

interface Row {
  readonly name: string;
  readonly size: number;
  readonly packed: number;
}

/** Tables of parts, packages and files, each from large to small. */
export function renderSizes(files: readonly FileSize[]): string {
  const parts = groupSizes(files, ({ part }) => part);
  const packages = groupSizes(files, (file) => file.package ?? 'no package');
  const named = files.map((file) => ({ ...file, name: file.path }));
  return [
    table('part', parts),
    table('package', packages),
    table('file', named),
    `Packed is each file by itself, by zstd at the usual level.\n`,
  ].join('\n');
}

function table(heading: string, rows: readonly Row[]): string {
  const total = rows.reduce((sum, { packed }) => sum + packed, 0);
  const lines = rows.map(
    ({ name, size, packed }) =>
      `${mebibytes(packed)} ${percent(packed, total)} ${mebibytes(size)}  ${name}\n`,
  );
  return `${'packed'.padStart(10)} ${'share'.padStart(6)} ${'unpacked'.padStart(10)}  ${heading}\n${lines.join('')}`;
}

/** In a column of its own. */
function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(2)} MiB`.padStart(10);
}

function percent(part: number, total: number): string {
  return `${((100 * part) / Math.max(total, 1)).toFixed(1)}%`.padStart(6);
}
