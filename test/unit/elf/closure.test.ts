import { expect, test } from 'vitest';
import { resolveClosure, type ClosureOptions } from '../../../src/elf/closure.ts';
import { Failure } from '../../../src/failure.ts';
import { ForeignRoot } from '../../../src/root/foreign-root.ts';
import { createLoaderView } from '../../../src/root/loader-view.ts';
import { elfFile, type ElfFileParts } from '../../support/elf-file.ts';
import { rootTree, type RootTree } from '../../support/root-tree.ts';

const lib = '/lib/x86_64-linux-gnu';
const loader = '/lib64/ld.so.2';

function program(parts: ElfFileParts): Buffer {
  return elfFile({ interpreter: loader, ...parts });
}

/** Where each member of /bin/p's closure was found, the loader left out. */
function closure(tree: RootTree, options: ClosureOptions = {}): string[] {
  const system = { [loader]: elfFile({ soname: 'ld.so.2' }) };
  const view = createLoaderView(new ForeignRoot(rootTree({ ...system, ...tree })));
  const object = view.object('/bin/p');
  if (object === undefined) throw new Error('no program');
  return resolveClosure(object, view, options)
    .map(({ found }) => found)
    .filter((path) => path !== loader);
}

const noted = (priority: string, ...sonames: string[]) =>
  JSON.stringify([{ soname: sonames, priority, feature: 'f' }]);

test.each<[string, RootTree, string[]]>([
  ['a static program', { '/bin/p': elfFile() }, []],
  ['no libraries', { '/bin/p': program({}) }, []],
  [
    'in the order of loading, each once',
    {
      '/bin/p': program({ needed: ['a.so', 'b.so'] }),
      [`${lib}/a.so`]: elfFile({ needed: ['c.so', 'b.so'] }),
      [`${lib}/b.so`]: elfFile({ needed: ['c.so', 'ld.so.2'] }),
      [`${lib}/c.so`]: elfFile({ needed: ['a.so'] }),
    },
    [`${lib}/a.so`, `${lib}/b.so`, `${lib}/c.so`],
  ],
  [
    'ld.so.conf before the built-in directories, its includes followed',
    {
      '/bin/p': program({ needed: ['a.so', 'b.so', 'c.so'] }),
      '/etc/ld.so.conf': 'include ld.so.conf.d/*.conf\n/last\n',
      '/etc/ld.so.conf.d/x.conf': '/first\ninclude /etc/ld.so.conf\n',
      '/etc/ld.so.conf.d/y.txt': '/never\n',
      '/first/a.so': elfFile(),
      '/last/a.so': elfFile(),
      '/last/b.so': elfFile(),
      '/never/c.so': elfFile(),
      [`${lib}/a.so`]: elfFile(),
      [`${lib}/c.so`]: elfFile(),
    },
    ['/first/a.so', '/last/b.so', `${lib}/c.so`],
  ],
  [
    'what is for another architecture, or no ELF file, is passed over',
    {
      '/bin/p': program({ needed: ['a.so', 'b.so'], runpath: '/x' }),
      '/x/a.so': elfFile({ machine: 183 }),
      '/x/b.so': 'GROUP ( libb.so.1 )',
      [`${lib}/a.so`]: elfFile(),
      [`${lib}/b.so`]: elfFile(),
    },
    [`${lib}/a.so`, `${lib}/b.so`],
  ],
  [
    'a name with a slash is a path',
    { '/bin/p': program({ needed: ['/x/a.so'] }), '/x/a.so': elfFile() },
    ['/x/a.so'],
  ],
  [
    'a library known by its soname is not looked for again',
    {
      '/bin/p': program({ needed: ['a.so', 'b.so'], rpath: '/x' }),
      '/x/a.so': elfFile({ soname: 'real.so' }),
      '/x/b.so': elfFile({ needed: ['real.so'] }),
    },
    ['/x/a.so', '/x/b.so'],
  ],
  [
    'libgcc_s for a library that ends threads',
    {
      '/bin/p': program({ needed: ['a.so'] }),
      [`${lib}/a.so`]: elfFile({ symbols: ['pthread_exit'] }),
      [`${lib}/libgcc_s.so.1`]: elfFile(),
    },
    [`${lib}/a.so`, `${lib}/libgcc_s.so.1`],
  ],
  [
    'not for the C library, which defines it',
    {
      '/bin/p': program({ needed: ['libc.so.6'] }),
      [`${lib}/libc.so.6`]: elfFile({ soname: 'libc.so.6', symbols: ['pthread_exit'] }),
    },
    [`${lib}/libc.so.6`],
  ],
  [
    'the first alternative of a dlopen note that is there, with its own needs',
    {
      '/bin/p': program({ dlopen: noted('recommended', 'z.so.2', 'z.so.1') }),
      [`${lib}/z.so.1`]: elfFile({ needed: ['y.so'] }),
      [`${lib}/y.so`]: elfFile(),
    },
    [`${lib}/z.so.1`, `${lib}/y.so`],
  ],
  [
    'a recommended note without a file',
    { '/bin/p': program({ dlopen: noted('recommended', 'z.so') }) },
    [],
  ],
  [
    'a suggested note is not followed',
    { '/bin/p': program({ dlopen: noted('suggested', 'z.so') }), [`${lib}/z.so`]: elfFile() },
    [],
  ],
  [
    'a version that the library has',
    {
      '/bin/p': program({ needed: ['a.so'], versionsNeeded: [['a.so', 'A_1']] }),
      [`${lib}/a.so`]: elfFile({ versionsDefined: ['A_1'] }),
    },
    [`${lib}/a.so`],
  ],
])('%s', (_, tree, expected) => {
  expect(closure(tree)).toEqual(expected);
});

test.each<[string, RootTree, RegExp, RegExp]>([
  [
    'a library',
    {
      '/bin/p': program({ needed: ['a.so'] }),
      [`${lib}/a.so`]: elfFile({ needed: ['libb-2.so.1'] }),
    },
    /pack \/lib\/x86_64-linux-gnu\/a.so: libb-2.so.1, which it needs, is not in the root/,
    /searched .*\/lib\/x86_64-linux-gnu, .*apt install libb-2-1\)/,
  ],
  [
    'the interpreter',
    { '/bin/p': elfFile({ interpreter: '/lib/no.so' }) },
    /\/bin\/p: \/lib\/no.so/,
    /./,
  ],
  [
    'an interpreter of its architecture',
    { '/bin/p': program({ machine: 183 }) },
    /ld.so.2, which it needs, is for another architecture/,
    /./,
  ],
  [
    'a required note',
    { '/bin/p': program({ dlopen: noted('required', 'z.so.2', 'z.so.1') }) },
    /\/bin\/p: z.so.2 or z.so.1, which it needs/,
    /./,
  ],
  [
    'libgcc_s',
    { '/bin/p': program({ symbols: ['pthread_cancel'] }) },
    /\/bin\/p: libgcc_s.so.1, which it needs/,
    /apt install libgcc-s1\)/,
  ],
  [
    'a version',
    {
      '/bin/p': program({ needed: ['a.so'], versionsNeeded: [['a.so', 'A_2']] }),
      [`${lib}/a.so`]: elfFile({ versionsDefined: ['A_1'] }),
    },
    /needs version A_2 of a.so, which \/lib\/x86_64-linux-gnu\/a.so does not have/,
    /older/,
  ],
])('missing: %s', (_, tree, message, hint) => {
  const attempt = () => closure(tree);
  expect(attempt).toThrow(message);
  expect(attempt).toThrow(Failure);
  expect(attempt).toThrow(expect.objectContaining({ hint: expect.stringMatching(hint) as string }));
});

test('dlopen notes of other features are left out', () => {
  const tree = {
    '/bin/p': program({ dlopen: noted('required', 'z.so') }),
    [`${lib}/z.so`]: elfFile(),
  };
  expect(closure(tree, { dlopenFeatures: ['g'] })).toEqual([]);
  expect(closure(tree, { dlopenFeatures: ['f'] })).toEqual([`${lib}/z.so`]);
});

test('what only a cache finds is to be offered in a built-in directory', () => {
  const tree = {
    [loader]: elfFile(),
    '/bin/p': program({ needed: ['a.so'] }),
    '/etc/ld.so.conf': '/opt/lib\n',
    '/opt/lib/a.so': elfFile(),
  };
  const view = createLoaderView(new ForeignRoot(rootTree(tree)));
  const object = view.object('/bin/p');
  const members = object === undefined ? [] : resolveClosure(object, view);
  expect(members.map(({ found, offeredAt }) => [found, offeredAt])).toEqual([
    [loader, undefined],
    ['/opt/lib/a.so', `${lib}/a.so`],
  ]);
});
