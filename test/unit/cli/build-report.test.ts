import { expect, test } from 'vitest';
import { formatReport } from '../../../src/cli/build-report.ts';
import type { BuildReport } from '../../../src/image/run-build.ts';
import { defaultSettings } from '../../../src/settings/settings.ts';
import { smallManifest } from '../../support/small-image.ts';

const report: BuildReport = {
  output: '/boot/exitrd',
  packed: 50 * 2 ** 20,
  unpacked: 140.54 * 2 ** 20,
  seconds: 2.04,
  proof: 'started',
  features: [
    { name: 'base', reason: 'every image has it' },
    { name: 'crypt', reason: 'default' },
    { name: 'md', reason: 'default' },
  ],
  leftOut: [{ name: 'zfs', reason: 'nothing speaks for it' }],
  parts: [
    { name: 'base', files: 2, bytes: 2 ** 20 },
    { name: 'md', files: 1, bytes: 2 ** 19 },
  ],
  settings: defaultSettings,
  manifest: smallManifest({
    files: [{ path: '/shutdown', size: 1, mode: '0755', sha256: '', parts: ['skeleton'] }],
  }),
};

test('one line', () => {
  expect(formatReport(report, false)).toBe(
    '/boot/exitrd: 50.0 MiB (140.5 MiB unpacked), 1 files, 2.0 s\n',
  );
});

test('and one for each part', () => {
  expect(formatReport(report, true).split('\n').slice(1)).toEqual([
    '  base: 1.0 MiB, 2 files',
    '  md: 0.5 MiB, 1 files',
    '  packed, every image has it: base',
    '  packed, default: crypt, md',
    '  left out, nothing speaks for it: zfs',
    '  programs: each was started in it',
    '  packages: not known, the root has no database of them',
    '',
  ]);
});
