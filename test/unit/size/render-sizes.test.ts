import { expect, test } from 'vitest';
import { drawTreemap, drawTreemapPage } from '../../../src/size/draw-treemap.ts';
import type { FileSize } from '../../../src/size/image-sizes.ts';
import { renderSizes } from '../../../src/size/render-sizes.ts';

const files: readonly FileSize[] = [
  { path: '/usr/bin/shutdownramfs', size: 84 * 2 ** 20, packed: 20 * 2 ** 20, part: 'executable' },
  { path: '/usr/sbin/lvm', size: 3 * 2 ** 20, packed: 2 ** 20, part: 'lvm', package: 'lvm2' },
  { path: '/etc/<odd> & "named"', size: 9, packed: 18, part: 'lvm', package: 'lvm2' },
];

test('tables of parts, packages and files', () => {
  expect(renderSizes(files)).toBe(`    packed  share   unpacked  part
 20.00 MiB  95.2%  84.00 MiB  executable
  1.00 MiB   4.8%   3.00 MiB  lvm

    packed  share   unpacked  package
 20.00 MiB  95.2%  84.00 MiB  no package
  1.00 MiB   4.8%   3.00 MiB  lvm2

    packed  share   unpacked  file
 20.00 MiB  95.2%  84.00 MiB  /usr/bin/shutdownramfs
  1.00 MiB   4.8%   3.00 MiB  /usr/sbin/lvm
  0.00 MiB   0.0%   0.00 MiB  /etc/<odd> & "named"

Packed is each file by itself, by zstd at the usual level.
`);
});

test('a picture names every file, the small ones together', () => {
  const drawing = drawTreemap(files, 'exitrd.cpio.zst');
  expect(drawing).toMatch(/^<svg [^>]*aria-label="exitrd.cpio.zst: 21.0 MiB packed, 3 files">/);
  expect(drawing).toContain(
    '<title>/usr/sbin/lvm\n1.0 MiB packed, 3.0 MiB unpacked\npackage lvm2\nof lvm</title>',
  );
  expect(drawing).toContain('/etc/&lt;odd> &amp; &quot;named&quot;');
  expect(drawing.match(/<rect/g)).toHaveLength(4);
  expect(drawing).not.toMatch(/https?:(?!\/\/www\.w3\.org)|NaN|undefined/);
});

test('a page holds the picture and a table', () => {
  const page = drawTreemapPage(files, 'a & b');
  expect(page).toContain('<title>a &amp; b</title>');
  expect(page).toContain(drawTreemap(files, 'a & b'));
  expect(page).toContain('<th scope="row">lvm</th><td>1.0 MiB</td><td>3.0 MiB</td><td>2</td>');
});

test('an image without files is an empty picture', () => {
  expect(drawTreemap([], 'nothing')).not.toMatch(/NaN|Infinity/);
  expect(renderSizes([])).toContain('packed');
});
