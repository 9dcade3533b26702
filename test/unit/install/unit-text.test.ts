import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { unitText } from '../../../src/install/unit-text.ts';

const unit = await readFile(
  join(import.meta.dirname, '../../../hooks/shutdownramfs.service'),
  'utf8',
);
const command = (text: string) => /^ExecStart=(.*)$/m.exec(text)?.[1];
const hook = '/usr/lib/systemd/system-shutdown/shutdownramfs.shutdown';

test.each([
  ['boot', 'fill'],
  ['shutdown', 'placeholder'],
] as const)('filled at %s, the unit starts %s', (fill, word) => {
  expect(command(unitText(unit, fill))).toBe(`${hook} ${word}`);
});

test('only the command differs', () => {
  expect(unitText(unit, 'shutdown').replace(' placeholder', ' fill')).toBe(unit);
});
