import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readRecord, uniteRecords } from '../../../src/install/installation-record.ts';

const record = (paths: string[], directories: string[]) =>
  ({ version: 1, paths, directories }) as const;

test.each([
  ['no earlier one', undefined, record(['/b', '/a'], []), record(['/a', '/b'], [])],
  ['an equal one', record(['/a'], ['/d']), record(['/a'], []), record(['/a'], ['/d'])],
  [
    'another one, parents first',
    record(['/b'], ['/d/e/f']),
    record(['/a'], ['/d', '/d/e']),
    record(['/a', '/b'], ['/d', '/d/e', '/d/e/f']),
  ],
])('a record united with %s', (_, earlier, later, united) => {
  expect(uniteRecords(earlier, later)).toStrictEqual(united);
});

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'record-'));
  await mkdir(join(root, 'usr/lib/shutdownramfs'), { recursive: true });
});
afterAll(() => rm(root, { recursive: true }));

test('there is no record where nothing is installed', async () => {
  expect(await readRecord('/nonexistent')).toBeUndefined();
});

test.each([
  ['garbled', 'x', /JSON/],
  ['of the future', '{"version": 2}', /its version is 2, not 1/],
])('a record that is %s is refused', async (_, text, reason) => {
  await writeFile(join(root, 'usr/lib/shutdownramfs/installed.json'), text);
  await expect(readRecord(root)).rejects.toThrow(reason);
});
