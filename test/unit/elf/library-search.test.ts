import { expect, test } from 'vitest';
import type { ElfObject } from '../../../src/elf/elf-object.ts';
import {
  builtInDirectories,
  searchDirectories,
  usualDirectories,
  type LoaderFamily,
} from '../../../src/elf/library-search.ts';
import { parseElf } from '../../../src/elf/parse-elf.ts';
import { elfFile, type ElfFileParts } from '../../support/elf-file.ts';

function object(parts: ElfFileParts): ElfObject {
  const bytes = elfFile(parts);
  const elf = parseElf((position, length) => bytes.subarray(position, position + length));
  if (elf === undefined) throw new Error('no ELF file');
  return elf;
}

const builtIn = ['/lib/x86_64-linux-gnu', '/usr/lib/x86_64-linux-gnu', '/lib', '/usr/lib'];

function search(
  family: LoaderFamily,
  parts: ElfFileParts,
  by?: ElfFileParts,
  configured: readonly string[] = [],
) {
  const program = { path: '/usr/bin/program', found: '/usr/bin/program' };
  const loadedBy = by && { ...program, elf: object(by), loadedBy: undefined };
  const library = { path: '/elsewhere/liba.so.1.2', found: '/opt/a/lib/liba.so' };
  const requester = { ...library, elf: object(parts), loadedBy };
  return searchDirectories(requester, { family, configured, builtIn });
}

function own(parts: ElfFileParts, by?: ElfFileParts): readonly string[] {
  return search('glibc', parts, by).own;
}

test.each<[string, ElfFileParts, ElfFileParts | undefined, string[]]>([
  ['nothing', {}, undefined, []],
  ['RUNPATH', { runpath: '/x:/y' }, undefined, ['/x', '/y']],
  ['RPATH', { rpath: '/x' }, undefined, ['/x']],
  ['RUNPATH turns RPATH off', { rpath: '/x', runpath: '/y' }, undefined, ['/y']],
  ['the RPATH of who loaded it', {}, { rpath: '/p' }, ['/p']],
  ['its own RPATH first', { rpath: '/x' }, { rpath: '/p' }, ['/x', '/p']],
  ['not the RUNPATH of who loaded it', {}, { runpath: '/p' }, []],
  ['no RPATH of others with a RUNPATH', { runpath: '/y' }, { rpath: '/p' }, ['/y']],
  ['no RPATH of who has a RUNPATH', {}, { rpath: '/p', runpath: '/q' }, []],
  ['$ORIGIN', { runpath: '$ORIGIN/../x' }, undefined, ['/opt/a/lib/../x']],
  ['${ORIGIN}', { runpath: '${ORIGIN}' }, undefined, ['/opt/a/lib']],
  ['$ORIGIN of who loaded it', {}, { rpath: '$ORIGIN/l' }, ['/usr/bin/l']],
  ['$PLATFORM', { runpath: '/x/$PLATFORM' }, undefined, ['/x/x86_64']],
  ['$LIB', { runpath: '/x/$LIB' }, undefined, ['/x/lib/x86_64-linux-gnu']],
  ['no $ORIGINAL', { runpath: '/$ORIGINAL' }, undefined, ['/$ORIGINAL']],
  ['no relative directory', { runpath: 'lib:./x:/y' }, undefined, ['/y']],
])('searched first: %s', (_, parts, by, expected) => {
  expect(own(parts, by)).toEqual(expected);
});

test.each<[string, ElfFileParts, ElfFileParts | undefined, string[]]>([
  ['nothing', {}, undefined, []],
  ['RUNPATH as RPATH', { runpath: '/x' }, { runpath: '/p' }, ['/x', '/p']],
  ['RUNPATH before RPATH', { rpath: '/x', runpath: '/y' }, { rpath: '/p' }, ['/y', '/p']],
  [
    '$ORIGIN',
    { rpath: '${ORIGIN}/../x' },
    { rpath: '$ORIGIN/l' },
    ['/opt/a/lib/../x', '/usr/bin/l'],
  ],
  ['no list with another word', { rpath: '/x:/y/$LIB' }, { rpath: '/p' }, ['/p']],
  ['no relative directory', { rpath: 'lib:/y' }, undefined, ['/y']],
])('searched first by musl: %s', (_, parts, by, expected) => {
  expect(search('musl', parts, by).own).toEqual(expected);
});

test("musl's path file takes the place of its list", () => {
  expect(search('musl', {}).configured).toEqual(builtIn);
  expect(search('musl', {}, {}, ['/x'])).toEqual({ own: [], configured: ['/x'], builtIn: [] });
});

test('NODEFLIB: neither what is built in nor the cache of it', () => {
  expect(search('glibc', { flags1: 0x800, runpath: '/r' }, {}, ['/lib', '/x'])).toEqual({
    own: ['/r'],
    configured: ['/x'],
    builtIn: [],
  });
  expect(search('glibc', { flags1: 0x801 ^ 0x800 }).builtIn).toEqual(builtIn);
});

test.each([
  ['lib64', '/lib64', '/usr/lib64'],
  ['lib', '/usr/lib'],
])('$LIB is %s where the loader looks in %s', (lib, ...directories) => {
  const requester = { path: '/p', found: '/p', elf: object({ runpath: '/x/${LIB}/y' }) };
  const system = { family: 'glibc', configured: [], builtIn: directories } as const;
  expect(searchDirectories({ ...requester, loadedBy: undefined }, system).own).toEqual([
    `/x/${lib}/y`,
  ]);
});

test.each<[string, ElfFileParts, string]>([
  ['x86-64', {}, '/lib/x86_64-linux-gnu'],
  ['aarch64', { machine: 183 }, '/lib/aarch64-linux-gnu'],
  ['i386', { machine: 3, bits: 32 }, '/lib/i386-linux-gnu'],
  ['armhf', { machine: 40, bits: 32 }, '/lib/arm-linux-gnueabihf'],
  ['s390x', { machine: 22, littleEndian: false }, '/lib/s390x-linux-gnu'],
  ['an unknown 64-bit machine', { machine: 999 }, '/lib64'],
])("%s's usual directories", (_, parts, first) => {
  const directories = usualDirectories(object(parts));
  expect(directories[0]).toBe(first);
  expect(directories.slice(-2)).toEqual(['/lib', '/usr/lib']);
});

test('directories compiled into a loader', () => {
  const dirs = '\0/lib/x-y/\0/usr/lib/x-y/\0/lib/\0/usr/lib/\0';
  const loader = Buffer.from(`\x7fELF\0/etc/ld.so.cache\0/usr/lib/\0more${dirs}\0\0end`);
  expect(builtInDirectories(loader)).toEqual(['/lib/x-y', '/usr/lib/x-y', '/lib', '/usr/lib']);
});

test.each(['/lib', '/lib/', '/a.', '/lib\0'])(
  'a loader of nothing but %j is looked through at once',
  (part) => {
    const start = performance.now();
    expect(builtInDirectories(Buffer.from(`\0${part.repeat(1 << 19)}`))).toEqual([]);
    expect(performance.now() - start).toBeLessThan(5000);
  },
);
