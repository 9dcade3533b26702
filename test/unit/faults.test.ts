import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultGroups } from '../faults/groups.ts';
import { faultDocument } from '../support/fault-table.ts';
import { hasLine } from '../support/fault.ts';

test('docs/faults.md says what the machines show', async () => {
  const page = join(import.meta.dirname, '../../docs/faults.md');
  await expect(faultDocument(faultGroups)).toMatchFileSnapshot(page);
});

test('each group has its machines, and each file of machines its group', () => {
  const files = readdirSync(join(import.meta.dirname, '../vm/faults')).toSorted();
  const groups = faultGroups.map(({ file }) => `${file}.test.ts`).toSorted();
  expect(files).toEqual(groups);
});

test('no two faults have one name', () => {
  const names = faultGroups.flatMap(({ faults }) => faults.map(({ name }) => name));
  expect(names).toEqual([...new Set(names)]);
});

test.each([
  ['a b c', 'a … c', true],
  ['a\nc', 'a … c', false],
  ['1.5 s (all)', '1.5 s (all)', true],
  ['1x5 s', '1.5 s', false],
])('%j has %j: %s', (log, line, found) => {
  expect(hasLine(log, line)).toBe(found);
});
