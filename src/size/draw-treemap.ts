/**
 * The sizes of an image as a picture in one file of SVG or HTML that needs no other: a field for each
 * file, as large as the file is packed, together with those of the same part.
 */
import { groupSizes, type SizeGroup } from './group-sizes.ts';
import type { FileSize } from './image-sizes.ts';
import { squarify, type Rectangle } from './treemap.ts';

const area = { x: 0, y: 0, width: 1200, height: 760 };
const headingHeight = 22;
const gap = 2;
/** A smaller share of the picture is drawn together with others of its part. */
const leastShare = 0.0008;
const letterWidth = 7;
/** A name that is cut shorter than this says nothing. */
const leastLetters = 5;
const lineHeight = 15;

/** Hues of parts in the order of their sizes, far from each other and of like lightness. */
const hues = [255, 150, 40, 320, 200, 90, 0, 285, 120, 60];

const style = `
svg { --ink: oklch(0.22 0 0); --paper: oklch(0.99 0 0); --light: 0.88; font: 12px system-ui, sans-serif }
svg .paper { fill: var(--paper) }
svg text { fill: var(--ink) }
svg .part { font-size: 13px; font-weight: 600 }
svg .small { fill-opacity: 0.8 }
svg .field rect { fill: oklch(var(--light) 0.075 var(--hue)); stroke: var(--paper) }
svg .field:hover rect, svg .field:focus rect { stroke: var(--ink); stroke-width: 2; outline: none }
@media (prefers-color-scheme: dark) {
  svg { --ink: oklch(0.96 0 0); --paper: oklch(0.2 0 0); --light: 0.42 }
}
@media print {
  svg { --ink: black; --paper: white; --light: 0.92 }
  svg .field rect { stroke: grey }
}`;

/** `title` says of which image it is. */
export function drawTreemap(files: readonly FileSize[], title: string): string {
  const parts = groupSizes(files, ({ part }) => part).filter(({ packed }) => packed > 0);
  const total = parts.reduce((sum, { packed }) => sum + packed, 0);
  const places = squarify(
    parts.map(({ packed }) => packed),
    area,
  );
  const drawn = parts.map((part, index) => drawPart(part, index, total, places[index] ?? area));
  const summary = `${title}: ${mebibytes(total)} packed, ${files.length} files`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${area.width} ${area.height}" role="img" aria-label="${escape(summary)}">
<style>${style}
</style>
<rect class="paper" width="${area.width}" height="${area.height}"/>
${drawn.join('\n')}
</svg>
`;
}

/** The same as a page, with the parts as a table. */
export function drawTreemapPage(files: readonly FileSize[], title: string): string {
  const rows = groupSizes(files, ({ part }) => part).map(
    ({ name, packed, size, files }) =>
      `<tr><th scope="row">${escape(name)}</th><td>${mebibytes(packed)}</td><td>${mebibytes(size)}</td><td>${files.length}</td></tr>`,
  );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>
<style>
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif }
body { max-width: 75rem; margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.3rem }
svg { width: 100%; height: auto }
table { border-collapse: collapse; margin-top: 1rem }
th, td { padding: 0.2rem 1.2rem 0.2rem 0; text-align: right }
th:first-child { text-align: left }
</style>
<h1>${escape(title)}</h1>
<p>A field is as large as its file is packed. Point at one for its path and size.</p>
${drawTreemap(files, title)}<table>
<tr><th scope="col">part</th><th scope="col">packed</th><th scope="col">unpacked</th><th scope="col">files</th></tr>
${rows.join('\n')}
</table>
</html>
`;
}

function drawPart(
  { name, files, packed }: SizeGroup,
  index: number,
  total: number,
  place: Rectangle,
): string {
  const inner = inset(place, gap);
  const heading = fits(name, inner.width) && inner.height > 3 * headingHeight ? headingHeight : 0;
  const fields = mergeSmall(files, total * leastShare);
  const places = squarify(
    fields.map((field) => field.packed),
    { ...inner, y: inner.y + heading, height: Math.max(0, inner.height - heading) },
  );
  const drawn = fields.map((field, at) => drawField(field, name, places[at] ?? inner));
  const label = `${name}, ${mebibytes(packed)}`;
  const shown = fits(label, inner.width) ? label : name;
  const text = `<text class="part" x="${round(inner.x + 4)}" y="${round(inner.y + 15)}">${escape(shown)}</text>`;
  return `<g style="--hue: ${hues[index % hues.length]}">${heading === 0 ? '' : text}${drawn.join('')}</g>`;
}

interface Field {
  readonly label: string;
  readonly detail: string;
  readonly packed: number;
}

function mergeSmall(files: readonly FileSize[], least: number): readonly Field[] {
  const large = files.filter(({ packed }) => packed >= least);
  const small = files.filter(({ packed }) => packed < least && packed > 0);
  const fields = large.map(({ path, packed, size, package: owner }) => ({
    label: path.slice(path.lastIndexOf('/') + 1),
    detail: `${path}\n${mebibytes(packed)} packed, ${mebibytes(size)} unpacked${owner === undefined ? '' : `\npackage ${owner}`}`,
    packed,
  }));
  if (small.length === 0) return fields;
  const packed = small.reduce((sum, file) => sum + file.packed, 0);
  const label = `${small.length} smaller`;
  const paths = small.map(({ path }) => path).join('\n');
  const rest = { label, detail: `${mebibytes(packed)} packed\n${paths}`, packed };
  return [...fields, rest].toSorted((one, other) => other.packed - one.packed);
}

function drawField({ label, detail, packed }: Field, part: string, place: Rectangle): string {
  const { x, y, width, height } = place;
  const lines = height < lineHeight + 4 ? [] : [cut(label, width)];
  if (height > 2 * lineHeight + 4 && fits(mebibytes(packed), width)) lines.push(mebibytes(packed));
  const texts = (lines[0] === '' ? [] : lines).map(
    (line, index) =>
      `<text${index > 0 ? ' class="small"' : ''} x="${round(x + 5)}" y="${round(y + 16 + index * lineHeight)}">${escape(line)}</text>`,
  );
  return `<g class="field" tabindex="0"><title>${escape(`${detail}\nof ${part}`)}</title><rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"/>${texts.join('')}</g>`;
}

function inset({ x, y, width, height }: Rectangle, by: number): Rectangle {
  return {
    x: x + by,
    y: y + by,
    width: Math.max(0, width - 2 * by),
    height: Math.max(0, height - 2 * by),
  };
}

/** As much of a name as there is room for. */
function cut(text: string, width: number): string {
  if (fits(text, width)) return text;
  const letters = Math.floor((width - 10) / letterWidth) - 1;
  return letters < leastLetters ? '' : `${text.slice(0, letters)}…`;
}

function fits(text: string, width: number): boolean {
  return text.length * letterWidth + 10 <= width;
}

function mebibytes(bytes: number): string {
  return bytes >= 2 ** 20 / 10
    ? `${(bytes / 2 ** 20).toFixed(1)} MiB`
    : `${(bytes / 2 ** 10).toFixed(1)} KiB`;
}

function round(length: number): number {
  return Math.round(length * 10) / 10;
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
