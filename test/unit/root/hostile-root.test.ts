/** Closures in roots that somebody has made to lead us astray. */
import { mkdirSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { resolveClosure } from '../../../src/elf/closure.ts';
import { Failure } from '../../../src/failure.ts';
import { ForeignRoot } from '../../../src/root/foreign-root.ts';
import { createLoaderView } from '../../../src/root/loader-view.ts';
import { elfFile } from '../../support/elf-file.ts';
import { rootTree, type RootTree } from '../../support/root-tree.ts';

const loader = '/ld.so';
const system: RootTree = {
  [loader]: elfFile(),
  '/bin/p': elfFile({ interpreter: loader, needed: ['a.so'] }),
};

function closureIn(directory: string): string[] {
  const view = createLoaderView(new ForeignRoot(directory));
  const program = view.object('/bin/p');
  if (program === undefined) throw new Error('no program');
  return resolveClosure(program, view).map(({ path }) => path);
}

test.each<[string, RootTree, readonly string[]]>([
  [
    'links upwards stay inside',
    {
      '/lib': '-> ../../../usr/lib',
      '/usr/lib/a.so': '-> ../../../../../../opt/a',
      '/opt/a': elfFile(),
    },
    [loader, '/opt/a'],
  ],
  [
    'a loader behind a chain of links',
    {
      [loader]: '-> /1',
      '/1': '-> ./2',
      '/2': '-> ../../3',
      '/3': elfFile(),
      '/lib/a.so': elfFile(),
    },
    ['/3', '/lib/a.so'],
  ],
  [
    'a configuration that includes itself, by patterns, for ever',
    {
      '/etc/ld.so.conf': 'include /etc/ld.so.conf.d/*\ninclude ld.so.conf\n/opt/x\n',
      '/etc/ld.so.conf.d/a': 'include /etc/ld.so.conf.d/*\ninclude /etc/*/*/*/../*\n',
      '/opt/x/a.so': elfFile(),
    },
    [loader, '/opt/x/a.so'],
  ],
  [
    'a configuration with a pattern that other libraries take hours for',
    {
      '/etc/ld.so.conf': `include /etc/${'*a'.repeat(60)}b{1..999999999}\ninclude /etc/d\n`,
      [`/etc/${'a'.repeat(200)}`]: '/never',
      '/etc/d': '/opt/x',
      '/opt/x/a.so': elfFile(),
    },
    [loader, '/opt/x/a.so'],
  ],
])('%s', (_, tree, expected) => {
  expect(closureIn(rootTree({ ...system, ...tree }))).toEqual(expected);
});

test.each<[string, RootTree, RegExp]>([
  ['a loop of links for a library', { '/lib/a.so': '-> b.so', '/lib/b.so': '-> a.so' }, /ELOOP/],
  ['a directory that is itself', { '/lib': '-> lib/lib' }, /ELOOP/],
  [
    'a link to nothing outside',
    { '/lib': '-> ../../../etc', '/etc/x': '' },
    /a.so.*not in the root/,
  ],
  ['a loader that is a directory', { [loader]: '-> /bin' }, /\/ld.so, which it needs/],
  [
    'a library that is cut off',
    { '/lib/a.so': elfFile({ needed: ['b.so'] }).subarray(0, 200) },
    /read \/lib\/a.so in .*: broken ELF file, cut off/,
  ],
  [
    'a name that no file system takes',
    {
      '/bin/p': elfFile({ interpreter: loader, needed: ['a'.repeat(300)] }),
    },
    /a{300}/,
  ],
  [
    'a note with a name that ends early',
    {
      '/bin/p': elfFile({
        interpreter: loader,
        dlopen: '[{"soname":["a.so\\u0000/x"],"priority":"required"}]',
      }),
    },
    /pack \/bin\/p/,
  ],
])('%s', (_, tree, reason) => {
  const directory = rootTree({ ...system, ...tree });
  expect(() => closureIn(directory)).toThrow(reason);
  expect(() => closureIn(directory)).toThrow(Failure);
});

test('a socket under the name of a library is not opened', async () => {
  const directory = rootTree(system);
  mkdirSync(`${directory}/lib`);
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(`${directory}/socket`, resolve);
  });
  symlinkSync('/socket', `${directory}/lib/a.so`);
  expect(() => closureIn(directory)).toThrow(/a.so.*not in the root/);
  await new Promise((resolve) => server.close(resolve));
});
