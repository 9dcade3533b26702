import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { squarify } from '../../../src/size/treemap.ts';

const area = { x: 10, y: 20, width: 600, height: 400 };

test('the example of the paper', () => {
  const placed = squarify([6, 6, 4, 3, 2, 2, 1], { x: 0, y: 0, width: 6, height: 4 });
  const sizes = placed.map(({ width, height }) => [width, height].map((side) => side.toFixed(2)));
  expect(sizes).toEqual([
    ['3.00', '2.00'],
    ['3.00', '2.00'],
    ['1.71', '2.33'],
    ['1.29', '2.33'],
    ['1.20', '1.67'],
    ['1.20', '1.67'],
    ['0.60', '1.67'],
  ]);
});

test('areas are as the weights, inside and not over each other', () => {
  const weights = fc
    .array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 60 })
    .map((some) => some.toSorted((one, other) => other - one));
  fc.assert(
    fc.property(weights, (some) => {
      const placed = squarify(some, area);
      const total = some.reduce((sum, weight) => sum + weight, 0);
      const scale = (area.width * area.height) / total;
      for (const [index, { x, y, width, height }] of placed.entries()) {
        const weight = some[index] ?? 0;
        expect(Math.abs(width * height - weight * scale)).toBeLessThan(1e-6 * total * scale);
        expect(x).toBeGreaterThan(area.x - 1e-6);
        expect(y).toBeGreaterThan(area.y - 1e-6);
        expect(x + width).toBeLessThan(area.x + area.width + 1e-6);
        expect(y + height).toBeLessThan(area.y + area.height + 1e-6);
        for (const other of placed.slice(index + 1)) {
          const apart =
            other.x >= x + width - 1e-6 ||
            x >= other.x + other.width - 1e-6 ||
            other.y >= y + height - 1e-6 ||
            y >= other.y + other.height - 1e-6;
          expect(apart).toBe(true);
        }
      }
      expect(placed).toHaveLength(some.length);
    }),
    { seed: 4, numRuns: 60 },
  );
});
