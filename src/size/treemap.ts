/**
 * Rectangles in a rectangle, each as large as its weight says and as near to a square as can be.
 * Bruls, Huizing, van Wijk: "Squarified Treemaps", 2000.
 */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One for each weight, in their order, which should be from large to small; all weights above 0. */
export function squarify(weights: readonly number[], area: Rectangle): readonly Rectangle[] {
  const placed: Rectangle[] = [];
  let rest = area;
  let start = 0;
  while (start < weights.length) {
    const scale = (rest.width * rest.height) / sum(weights.slice(start));
    const side = Math.min(rest.width, rest.height);
    let end = start + 1;
    while (
      end < weights.length &&
      worstRatio(weights.slice(start, end + 1), scale, side) <=
        worstRatio(weights.slice(start, end), scale, side)
    ) {
      end += 1;
    }
    const row = weights.slice(start, end);
    const { rectangles, remainder } = layRow(row, scale, rest);
    placed.push(...rectangles);
    rest = remainder;
    start = end;
  }
  return placed;
}

/** Along the shorter side, from its beginning. */
function layRow(row: readonly number[], scale: number, area: Rectangle) {
  const isColumn = area.width >= area.height;
  const side = isColumn ? area.height : area.width;
  const depth = side === 0 ? 0 : (sum(row) * scale) / side;
  let along = 0;
  const rectangles = row.map((weight) => {
    const length = depth === 0 ? 0 : (weight * scale) / depth;
    const rectangle = isColumn
      ? { x: area.x, y: area.y + along, width: depth, height: length }
      : { x: area.x + along, y: area.y, width: length, height: depth };
    along += length;
    return rectangle;
  });
  const remainder = isColumn
    ? { ...area, x: area.x + depth, width: Math.max(0, area.width - depth) }
    : { ...area, y: area.y + depth, height: Math.max(0, area.height - depth) };
  return { rectangles, remainder };
}

/** Of the longer side to the shorter one, in the row's least square rectangle. */
function worstRatio(row: readonly number[], scale: number, side: number): number {
  const depth = (sum(row) * scale) / side;
  return Math.max(
    ...row.map((weight) => {
      const length = (weight * scale) / depth;
      return Math.max(depth / length, length / depth);
    }),
  );
}

function sum(weights: readonly number[]): number {
  return weights.reduce((total, weight) => total + weight, 0);
}
