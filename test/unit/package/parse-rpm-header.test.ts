/** Headers as rpm builds them; test/image reads those that rpm itself has written. */
import { assert, integer, nat, property, uint8Array } from 'fast-check';
import { expect, test } from 'vitest';
import { parseRpmHeader } from '../../../src/package/parse-rpm-header.ts';

type Tag = readonly [tag: number, type: number, values: readonly (string | number)[]];

function header(...tags: Tag[]): Buffer {
  const index: Buffer[] = [];
  let store = Buffer.alloc(0);
  for (const [tag, type, values] of tags) {
    const entry = [tag, type, store.length, values.length];
    index.push(...entry.map(word));
    const bytes = values.map((value) =>
      typeof value === 'number' ? word(value) : Buffer.from(`${value}\0`),
    );
    store = Buffer.concat([store, ...bytes]);
  }
  return Buffer.concat([word(tags.length), word(store.length), ...index, store]);
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

const whole = header(
  [1000, 6, ['systemd']],
  [1001, 6, ['256.7']],
  [1002, 6, ['1.fc41']],
  [1022, 6, ['x86_64']],
  [1044, 6, ['systemd-256.7-1.fc41.src.rpm']],
  [1116, 4, [0, 1, 0]],
  [1117, 8, ['a', 'b', 'c']],
  [1118, 8, ['/usr/lib/', '/usr/bin/']],
);

test('a whole one', () => {
  expect(parseRpmHeader(whole)).toEqual({
    package: { name: 'systemd', version: '256.7-1.fc41', architecture: 'x86_64' },
    paths: ['/usr/lib/a', '/usr/bin/b', '/usr/lib/c'],
  });
});

test('built from a source of another name and version', () => {
  const found = parseRpmHeader(
    header(
      [1000, 6, ['lib']],
      [1001, 6, ['1']],
      [1002, 6, ['2']],
      [1003, 4, [3]],
      [1044, 6, ['a-b-4-5.src.rpm']],
    ),
  );
  expect(found?.package).toEqual({
    name: 'lib',
    version: '3:1-2',
    architecture: '',
    source: { name: 'a-b', version: '4-5' },
  });
});

test('a damaged one is read or not, and never more than there is', () => {
  const changed = property(nat(whole.length - 1), integer({ min: 1, max: 255 }), (at, bits) => {
    const bytes = Buffer.from(whole);
    bytes[at] = (bytes[at] ?? 0) ^ bits;
    return (parseRpmHeader(bytes)?.paths.length ?? 0) <= whole.length;
  });
  const invented = property(uint8Array({ maxLength: 200 }), (bytes) => {
    return (parseRpmHeader(bytes)?.paths.length ?? 0) <= bytes.length;
  });
  expect(() => assert(changed, { numRuns: 2000, seed: 20_261_122 })).not.toThrow();
  expect(() => assert(invented, { numRuns: 500, seed: 20_261_122 })).not.toThrow();
});
