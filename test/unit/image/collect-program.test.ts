import { writeFileSync } from 'node:fs';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { collectProgram } from '../../../src/image/collect-program.ts';
import { ForeignRoot } from '../../../src/root/foreign-root.ts';
import { createLoaderView } from '../../../src/root/loader-view.ts';
import { elfFile } from '../../support/elf-file.ts';
import { rootTree, type RootTree } from '../../support/root-tree.ts';

const interpreter = '/lib64/ld.so.2';
const lib = '/usr/lib/x86_64-linux-gnu';

const system: RootTree = {
  '/bin': '-> usr/bin',
  '/lib64/ld.so.2': elfFile(),
  '/usr/bin/dash': elfFile({ interpreter, needed: ['liba.so.1'] }),
  '/usr/bin/sh': '-> dash',
  '/usr/bin/env': elfFile({ interpreter }),
  '/usr/sbin/python': '-> ../lib/python3',
  '/usr/lib/python3': elfFile({ interpreter }),
  [`${lib}/liba.so.1`]: elfFile(),
};
const dash = ['/bin', '/lib64/ld.so.2', '/usr/bin/dash', '/usr/bin/sh', `${lib}/liba.so.1`];
const env = ['/lib64/ld.so.2', '/usr/bin/env'];

function collect(content: string | Buffer, tree: RootTree = {}) {
  const root = new ForeignRoot(rootTree({ ...system, '/opt/own': content, ...tree }));
  return collectProgram('/opt/own', { root, view: createLoaderView(root), origin: 'own' });
}

test.each<[string, string | Buffer, readonly string[], readonly string[]]>([
  [
    'a program',
    elfFile({ interpreter, needed: ['liba.so.1'] }),
    ['/lib64/ld.so.2', `${lib}/liba.so.1`],
    ['/opt/own'],
  ],
  ['a script', '#!/bin/sh -e\n', dash, ['/bin/sh']],
  [
    'env',
    '#!/usr/bin/env python',
    [...env, '/usr/lib/python3', '/usr/sbin/python'],
    ['/usr/bin/env', '/usr/sbin/python'],
  ],
  ['env -S', '#!/usr/bin/env -S A=b /bin/sh -e', [...env, ...dash], ['/usr/bin/env', '/bin/sh']],
])('%s', (_, content, paths, programs) => {
  const collection = collect(content);
  expect([...new Set(collection?.entries.map(({ path }) => path))].toSorted()).toEqual(
    [...new Set([...paths, '/opt/own'])].toSorted(),
  );
  expect(collection?.programs.map(({ path }) => path)).toEqual(programs);
});

const chain = (length: number): RootTree =>
  Object.fromEntries(
    Array.from({ length }, (_, index) => [
      `/opt/${index}`,
      `#!${index === 0 ? '/bin/sh' : `/opt/${index - 1}`}\n`,
    ]),
  );

test('as many interpreters as the kernel follows, and no more', () => {
  expect(collect('#!/opt/3\n', chain(4))?.programs).toHaveLength(1);
  expect(() => collect('#!/opt/4\n', chain(5))).toThrow(
    'pack /opt/0: the kernel follows 5 interpreters and no more',
  );
  expect(() => collect('#!/opt/own\n')).toThrow(/no more/);
});

test('the kernel counts them so', async () => {
  const directory = rootTree({ '/place:755': '' });
  const scripts = ['1', '2', '3', '4', '5', '6'].map((name) => `${directory}/${name}`);
  for (const [index, path] of scripts.entries()) {
    writeFileSync(path, `#!${index === 0 ? '/bin/echo' : scripts[index - 1]}\n`, { mode: 0o755 });
  }
  const starts = scripts.slice(4).map(async (path) => await execa(path, { reject: false }));
  const codes = (await Promise.all(starts)).map(({ code }) => code);
  expect(codes).toEqual([undefined, 'ELOOP']);
});

test.each<[string, string | Buffer, RegExp]>([
  ['no program', 'text', /pack \/opt\/own: it is no ELF program and no script/],
  ['no interpreter in the root', '#!/bin/zsh\n', /own: its interpreter \/bin\/zsh is not in /],
  [
    'nothing for env to start',
    '#!/usr/bin/env lua',
    /own: lua, which env starts for it, is not in/,
  ],
  ['a broken line', '#!sh\n', /own: its interpreter sh is named relative/],
  ['a broken argument', '#!/usr/bin/env sh -e', /own: env takes "sh -e" for one word/],
  ['a directory as interpreter', '#!/usr/lib\n', /pack \/usr\/lib: it is no ELF program and/],
  ['a program of another machine', '#!/bin/arm\n', /ld.so.2, which it needs, is for another/],
])('%s', (_, content, message) => {
  const foreign = { '/usr/bin/arm': elfFile({ interpreter, machine: 183 }) };
  expect(() => collect(content, foreign)).toThrow(message);
});

test('nothing', () => {
  const root = new ForeignRoot(rootTree(system));
  const place = { root, view: createLoaderView(root), origin: 'own' };
  expect(collectProgram('/opt/none', place)).toBeUndefined();
});
