import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kernelsWithout, parseModuleNames } from '../../../src/install/kernel-modules.ts';

test.each([
  ['nothing', '', []],
  [
    'a compressed module with its needs',
    'kernel/fs/squashfs/squashfs.ko.xz: kernel/a.ko.xz',
    ['squashfs'],
  ],
  ['a plain module', 'kernel/drivers/block/loop.ko:', ['loop']],
  ['built in', 'kernel/drivers/md/dm-mod.ko\nkernel/fs/ext4/ext4.ko\n', ['dm_mod', 'ext4']],
])('names in %s', (_, lists, names) => {
  expect([...parseModuleNames(lists)]).toStrictEqual(names);
});

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'kernel-modules-'));
  const kernels: Record<string, readonly [dep: string, builtin: string]> = {
    'both-as-modules': ['kernel/loop.ko.zst:\nkernel/squashfs.ko.zst:\n', ''],
    'both-built-in': ['kernel/x.ko:\n', 'kernel/loop.ko\nkernel/squashfs.ko\n'],
    'one-missing': ['kernel/loop.ko:\n', ''],
  };
  for (const [release, [dep, builtin]] of Object.entries(kernels)) {
    const directory = join(root, 'usr/lib/modules', release);
    await mkdir(directory, { recursive: true });
    await writeFile(join(directory, 'modules.dep'), dep);
    await writeFile(join(directory, 'modules.builtin'), builtin);
  }
  await mkdir(join(root, 'usr/lib/modules/left-over'));
});
afterAll(() => rm(root, { recursive: true }));

test.each([
  [['loop'], []],
  [['loop', 'squashfs'], ['one-missing']],
  [['erofs'], ['both-as-modules', 'both-built-in', 'one-missing']],
])('kernels without %j', async (modules, kernels) => {
  expect(await kernelsWithout(root, modules)).toStrictEqual(kernels);
});

test('a root without kernels lacks nothing', async () => {
  expect(await kernelsWithout('/nonexistent', ['loop'])).toStrictEqual([]);
});
