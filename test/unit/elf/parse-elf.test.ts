import { array, assert, nat, property, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ElfError, parseElf } from '../../../src/elf/parse-elf.ts';
import { parseVersionNeeds } from '../../../src/elf/parse-symbol-version.ts';
import { elfFile, type ElfFileParts } from '../../support/elf-file.ts';

function parse(bytes: Uint8Array) {
  return parseElf((position, length) => bytes.subarray(position, position + length));
}

describe.each([
  [64, true, 62],
  [64, false, 22],
  [32, true, 40],
  [32, false, 8],
] as const)('%i bits, little endian %s', (bits, littleEndian, machine) => {
  const parsed = (parts: ElfFileParts) => parse(elfFile({ bits, littleEndian, machine, ...parts }));

  test('architecture', () => {
    expect(parsed({})).toMatchObject({ bits, littleEndian, machine });
  });
  test('interpreter', () => {
    expect(parsed({ interpreter: '/lib/ld.so.2' })?.interpreter).toBe('/lib/ld.so.2');
  });
  test('no interpreter', () => {
    expect(parsed({})?.interpreter).toBeUndefined();
  });
  test('names', () => {
    expect(parsed({ soname: 'libb.so.1', needed: ['liba.so.1', 'libc.so.6'] })).toMatchObject({
      soname: 'libb.so.1',
      needed: ['liba.so.1', 'libc.so.6'],
    });
  });
  test('the last of two entries that exclude each other', () => {
    expect(parsed({ soname: ['liba.so.1', 'libb.so.1'] })?.soname).toBe('libb.so.1');
  });
  test('search paths', () => {
    expect(parsed({ rpath: '/a:/b', runpath: '$ORIGIN/../lib' })).toMatchObject({
      rpath: ['/a', '/b'],
      runpath: ['$ORIGIN/../lib'],
    });
  });
  test('an empty RUNPATH is one all the same', () => {
    expect(parsed({ runpath: '' })?.runpath).toEqual([]);
  });
  test('thread unwinding', () => {
    expect(parsed({ symbols: ['pthread_exit'] })?.unwindsThreads).toBe(true);
    expect(parsed({ symbols: ['my_pthread_exit', 'pthread_exit2'] })?.unwindsThreads).toBe(false);
  });
  test('what opens libraries', () => {
    expect(parsed({ symbols: ['dlmopen'] })?.opensLibraries).toBe(true);
    expect(parsed({ symbols: ['dlopen'] })?.opensLibraries).toBe(true);
    expect(parsed({ symbols: ['dlopen_many', 'dlclose'] })?.opensLibraries).toBe(false);
  });
  test('versions', () => {
    const versionsNeeded = [
      ['libc.so.6', 'GLIBC_2.34'],
      ['libm.so.6', 'GLIBC_2.29'],
    ] as const;
    expect(parsed({ versionsNeeded, versionsDefined: ['LIBX_1', 'LIBX_2'] })).toMatchObject({
      versionsNeeded: versionsNeeded.map(([library, version]) => ({ library, version })),
      versionsDefined: ['LIBX_1', 'LIBX_2'],
    });
  });
  test('dlopen notes', () => {
    const dlopen = JSON.stringify([
      { soname: ['libz.so.2', 'libz.so.1'], priority: 'required', feature: 'z' },
      { soname: ['liby.so.1'] },
      { nothing: true },
    ]);
    expect(parsed({ dlopen })?.dlopen).toEqual([
      { sonames: ['libz.so.2', 'libz.so.1'], priority: 'required', feature: 'z' },
      { sonames: ['liby.so.1'], priority: 'recommended', feature: undefined },
    ]);
  });
  test('a note that is no JSON', () => {
    expect(parsed({ dlopen: '[{' })?.dlopen).toEqual([]);
  });
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a script', Buffer.from('#!/bin/sh\n'.repeat(20))],
  ['zeros', Buffer.alloc(200)],
])('%s is no ELF file', (_, bytes) => {
  expect(parse(bytes)).toBeUndefined();
});

test.each([
  ['cut off in its program headers', elfFile({ needed: ['liba.so'] }).subarray(0, 100)],
  ['cut off in its tables', elfFile({ needed: ['liba.so'] }).subarray(0, 310)],
  ['of no known class', Buffer.concat([Buffer.from('\x7fELF\x09'), Buffer.alloc(100)])],
])('a file %s is broken', (_, bytes) => {
  expect(() => parse(bytes)).toThrow(ElfError);
});

test('versions that overlap are not walked for ever', () => {
  const entry = Buffer.alloc(16);
  entry.writeUInt16LE(0xffff, 2);
  for (const at of [8, 12]) entry.writeUInt32LE(16, at);
  const table = Buffer.concat(Array.from({ length: 1 << 16 }, () => entry));
  const needs = parseVersionNeeds(table, 0xffffffff, () => 'A_1', true);
  expect(needs.length).toBeGreaterThan(1000);
  expect(needs.length).toBeLessThan(100_000);
});

test.each<[string, number, number, RegExp]>([
  ['program headers', 56, 0xffff, /65535 program headers/],
  ['notes', 64 + 3 * 56 + 32, 0x7fffffff, /bytes of notes/],
])('more %s than a file can have are not read', (_, at, value, message) => {
  const bytes = elfFile({ dlopen: '[]' });
  if (value > 0xffff) bytes.writeUInt32LE(value, at);
  else bytes.writeUInt16LE(value, at);
  expect(() => parse(bytes)).toThrow(message);
});

test('a dynamic table without an end, and a name without one', () => {
  const names = Array.from({ length: 5000 }, () => 'a');
  expect(() => parse(elfFile({ needed: names }))).toThrow(/endless/);
  expect(() => parse(elfFile({ needed: ['a'.repeat(5000)] }))).toThrow(/has no end/);
  expect(parse(elfFile({ runpath: '/a'.repeat(5000) }))?.runpath).toHaveLength(1);
});

function thrownBy(bytes: Uint8Array): unknown {
  try {
    parse(bytes);
  } catch (error) {
    return (error as Error).constructor;
  }
  return undefined;
}

test('any damage is either read or reported, never a crash or an endless read', () => {
  const whole = elfFile({
    interpreter: '/lib/ld.so',
    needed: ['liba.so.1'],
    dlopen: '[{"soname":["liba.so.1"]}]',
    versionsNeeded: [['liba.so.1', 'A_1']],
    versionsDefined: ['B_1'],
  });
  const damage = array(tuple(nat(whole.length - 1), nat(255)), { maxLength: 6 });
  assert(
    property(damage, nat(whole.length), (changes, length) => {
      const bytes = Buffer.from(whole);
      for (const [at, value] of changes) bytes[at] = value;
      expect([undefined, ElfError]).toContain(thrownBy(bytes.subarray(0, length)));
    }),
    { numRuns: 2000 },
  );
});
