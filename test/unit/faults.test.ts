import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { elsewhere } from '../faults/elsewhere.ts';
import { faultGroups } from '../faults/groups.ts';
import { faultDocument } from '../support/fault-table.ts';
import { hasLine } from '../support/fault.ts';
import type { PeerOutcome } from '../support/peer-outcome.ts';
import type { DrawnOutcome } from '../torture/drawn-outcome.ts';

test('docs/faults.md says what the machines show', async () => {
  const page = join(import.meta.dirname, '../../docs/faults.md');
  const recorded = {
    peers: readRows('faults/peers.json') as readonly PeerOutcome[],
    drawn: readRows('torture/peers.json') as readonly DrawnOutcome[],
  };
  await expect(faultDocument(faultGroups, elsewhere, recorded)).toMatchFileSnapshot(page);
});

function readRows(path: string): unknown {
  return JSON.parse(readFileSync(join(import.meta.dirname, '..', path), 'utf8'));
}

test('what was recorded is of faults that there are', () => {
  const names = new Set(faultGroups.flatMap(({ faults }) => faults.map(({ name }) => name)));
  const rows = readRows('faults/peers.json') as readonly PeerOutcome[];
  for (const { fault } of rows) expect(names).toContain(fault);
});

test('each group has its machines, and each file of machines its group', () => {
  const files = readdirSync(join(import.meta.dirname, '../vm/faults')).toSorted();
  const groups = faultGroups.map(({ file }) => `${file}.test.ts`).toSorted();
  expect(files).toEqual(groups);
});

test.each(elsewhere)('$file has the test of: $fault', ({ file, title }) => {
  const text = readFileSync(join(import.meta.dirname, '..', file), 'utf8');
  expect(text).toContain(`'${title}'`);
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
