import { execa } from 'execa';
import { describe, expect, test } from 'vitest';
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
    'what is for another architecture, or no library of a cache, is passed over',
    {
      '/bin/p': program({ needed: ['a.so', 'b.so'], runpath: '/x' }),
      '/x/a.so': elfFile({ machine: 183 }),
      '/etc/ld.so.conf': '/c\n',
      '/c/b.so': 'GROUP ( libb.so.1 )',
      '/c/a.so/': '',
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
    'a name with $ words',
    {
      '/bin/p': program({ needed: ['$ORIGIN/../x/a.so', '/x/${LIB}/b.so'] }),
      '/x/a.so': elfFile(),
      '/x/lib/x86_64-linux-gnu/b.so': elfFile(),
    },
    ['/bin/../x/a.so', '/x/lib/x86_64-linux-gnu/b.so'],
  ],
  [
    '$ORIGIN is where a link to a library was found, and where a program is',
    {
      '/bin': '-> usr/bin',
      '/usr/bin/p': program({ needed: ['a.so', 'c.so'], rpath: '$ORIGIN/../../l' }),
      '/l/a.so': '-> /real/a.so.1',
      '/real/a.so.1': elfFile({ needed: ['b.so'], runpath: '$ORIGIN/below' }),
      '/real/below/b.so': elfFile({ soname: 'wrong' }),
      '/l/below/b.so': elfFile(),
      '/l/c.so': elfFile(),
    },
    ['/usr/bin/../../l/a.so', '/usr/bin/../../l/c.so', '/usr/bin/../../l/below/b.so'],
  ],
  [
    'filters, and auxiliary libraries that are there',
    {
      '/bin/p': program({ auxiliary: ['no.so', 'b.so'], filter: ['a.so'] }),
      [`${lib}/a.so`]: elfFile(),
      [`${lib}/b.so`]: elfFile(),
    },
    [`${lib}/a.so`, `${lib}/b.so`],
  ],
  [
    'the plain build of a library, whatever there is for newer processors',
    {
      '/bin/p': program({ needed: ['a.so'] }),
      [`${lib}/glibc-hwcaps/x86-64-v3/a.so`]: elfFile(),
      [`${lib}/a.so`]: elfFile(),
    },
    [`${lib}/a.so`],
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
    'a library for old processors',
    {
      '/bin/p': program({ needed: ['a.so'] }),
      [`${lib}/glibc-hwcaps/x86-64-v3/a.so`]: elfFile(),
    },
    /a.so, which it needs, is not in the root/,
    /gnu\/glibc-hwcaps\/x86-64-v3\/a.so serves newer processors only/,
  ],
  [
    'a library where its program looks and a text is',
    {
      '/bin/p': program({ needed: ['a.so'], runpath: '/x' }),
      '/x/a.so': 'GROUP ( liba.so.1 )',
      [`${lib}/a.so`]: elfFile(),
    },
    /a.so, which it needs, cannot be loaded: \/x\/a.so is no ELF file/,
    /take it away/,
  ],
  [
    'a library where its program looks and a directory is',
    { '/bin/p': program({ needed: ['a.so'], rpath: '/x' }), '/x/a.so/': '' },
    /cannot be loaded: \/x\/a.so is a directory/,
    /./,
  ],
  [
    'a filter',
    { '/bin/p': program({ filter: ['a.so'] }) },
    /a.so, which it needs, is not in the root/,
    /searched/,
  ],
  [
    'what is named relative to some directory',
    { '/bin/p': program({ needed: ['x/a.so'] }), '/x/a.so': elfFile() },
    /x\/a.so, which it needs, is not in the root/,
    /./,
  ],
  [
    'a path to a library of another architecture',
    { '/bin/p': program({ needed: ['/x/a.so'] }), '/x/a.so': elfFile({ machine: 183 }) },
    /\/x\/a.so, which it needs, is for another architecture/,
    /./,
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

describe('musl', () => {
  const musl = '/lib/ld-musl-x86_64.so.1';
  const muslProgram = (parts: ElfFileParts) => elfFile({ interpreter: musl, ...parts });
  const muslClosure = (tree: RootTree) => {
    const view = createLoaderView(new ForeignRoot(rootTree({ [musl]: elfFile(), ...tree })));
    const object = view.object('/bin/p');
    if (object === undefined) throw new Error('no program');
    return resolveClosure(object, view).map(({ found, offeredAt }) =>
      offeredAt === undefined ? found : `${offeredAt} for ${found}`,
    );
  };

  test.each<[string, RootTree, string[]]>([
    [
      'the C library is the loader, whatever lies about',
      {
        '/bin/p': muslProgram({
          needed: ['libc.musl-x86_64.so.1', 'libc.so', 'libpthread.so.0', 'libm.so.6'],
          symbols: ['pthread_exit'],
        }),
        '/lib/libm.so.6': elfFile(),
      },
      [],
    ],
    [
      'its own list, and no ld.so.conf',
      {
        '/etc/ld.so.conf': '/conf\n',
        '/bin/p': muslProgram({ needed: ['liba.so', 'libb.so', 'libcrypto.so'] }),
        '/conf/liba.so': elfFile(),
        '/usr/lib/liba.so': elfFile(),
        '/usr/local/lib/liba.so': elfFile(),
        '/usr/lib/libb.so': elfFile(),
        '/lib/libcrypto.so': elfFile(),
      },
      ['/usr/local/lib/liba.so', '/usr/lib/libb.so', '/lib/libcrypto.so'],
    ],
    [
      'its path file, and what is found by it alone in the list too',
      {
        '/etc/ld-musl-x86_64.path': '/x:/usr/lib\n/y',
        '/bin/p': muslProgram({ needed: ['liba.so', 'libb.so'] }),
        '/lib/liba.so': elfFile({ soname: 'no.so' }),
        '/usr/lib/liba.so': elfFile(),
        '/y/libb.so': elfFile(),
      },
      ['/usr/lib/liba.so', '/lib/libb.so for /y/libb.so'],
    ],
    [
      'names of files, and no sonames or versions or filters',
      {
        '/bin/p': muslProgram({
          needed: ['liba.so', 'real.so'],
          versionsNeeded: [['liba.so', 'A_2']],
          auxiliary: ['libb.so'],
        }),
        '/lib/liba.so': elfFile({ soname: 'real.so', versionsDefined: ['A_1'] }),
        '/lib/libb.so': elfFile(),
        '/lib/real.so': elfFile(),
      },
      ['/lib/liba.so', '/lib/real.so'],
    ],
  ])('%s', (_, tree, expected) => {
    expect(muslClosure(tree)).toEqual([musl, ...expected]);
  });

  test.each<[string, RootTree, RegExp]>([
    [
      'another machine',
      { '/lib/a.so': elfFile({ machine: 183 }) },
      /a.so is for another architecture/,
    ],
    ['a text', { '/lib/a.so': 'GROUP ( )' }, /\/lib\/a.so is no ELF file/],
  ])('the first file of the name counts: %s', (_, tree, message) => {
    const program = { '/bin/p': muslProgram({ needed: ['a.so'] }), '/usr/lib/a.so': elfFile() };
    expect(() => muslClosure({ ...program, ...tree })).toThrow(message);
  });
});

test('a pipe under a name of a library is never opened', async () => {
  const directory = rootTree({
    [loader]: elfFile(),
    '/bin/p': program({ needed: ['a.so'], runpath: '/x' }),
    '/x/': '',
  });
  await execa('mkfifo', [`${directory}/x/a.so`]);
  const view = createLoaderView(new ForeignRoot(directory));
  const object = view.object('/bin/p');
  if (object === undefined) throw new Error('no program');
  expect(() => resolveClosure(object, view)).toThrow(/cannot be loaded: \/x\/a.so is a pipe/);
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
