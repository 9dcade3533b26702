import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { packagesOf } from '../../../src/feature/packages-of.ts';
import { selectFeatures } from '../../../src/feature/select-features.ts';
import { hookText, packageList, tellAppended } from '../../../src/live-build/hook-text.ts';

const path = join(import.meta.dirname, '../../../hooks/live-build/shutdownramfs.hook.chroot');
const template = readFileSync(path, 'utf8');
const crypt = packagesOf(selectFeatures(['crypt']));

test('the hook knows packages and options, and nothing else of it changes', () => {
  const text = hookText(template, crypt, ['--feature crypt']);
  const before = template.split('\n');
  const changed = text.split('\n').filter((line, index) => line !== before[index]);
  expect(changed).toStrictEqual([
    "packages='busybox-static cryptsetup-bin dmsetup libatomic1 libstdc++6 mount'",
    "options='--feature crypt'",
  ]);
  expect(text.split('\n').length).toBe(before.length);
});

test('the executable begins after the last line, with those to come', () => {
  const text = tellAppended('#!/bin/sh\nappended=\nexit\n', 2);
  expect(text).toBe("#!/bin/sh\nappended='6'\nexit\n");
});

test('a hook without the blank is refused', () => {
  expect(() => hookText('#!/bin/sh\n', crypt, [])).toThrow(/fill in packages: the hook has no/);
});

test('a package list names what the features need', () => {
  const lines = packageList(packagesOf(selectFeatures(['lvm', 'md']))).split('\n');
  expect(lines).toContain('lvm2');
  expect(lines).toContain('mdadm');
  expect(lines).not.toContain('cryptsetup-bin');
});
