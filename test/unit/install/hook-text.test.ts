import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hookText } from '../../../src/install/hook-text.ts';
import { defaultSettings } from '../../../src/settings/settings.ts';

const path = join(import.meta.dirname, '../../../hooks/shutdownramfs.shutdown');
const hook = readFileSync(path, 'utf8');

test('by default it is as it stands in the sources', () => {
  expect(hookText(hook, defaultSettings)).toBe(hook);
});

test('with other settings just these lines are others', () => {
  const debugging = { flagFiles: ['/run/$&', '/b'], kernelArguments: [], pauseSeconds: 7 };
  const record = { ...defaultSettings.record, fileSystem: "LABEL=Ada's disk" };
  const before = hook.split('\n');
  const changed = hookText(hook, { debugging, record })
    .split('\n')
    .filter((line, index) => line !== before[index]);
  expect(changed).toEqual([
    "flag_files='/run/$& /b'",
    "kernel_arguments=''",
    'pause_seconds=7',
    String.raw`record='LABEL=Ada'\''s disk'`,
  ]);
});
