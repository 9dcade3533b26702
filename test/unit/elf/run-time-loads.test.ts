import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { runTimeLoads, runTimeLoadsOf } from '../../../src/elf/run-time-loads.ts';
import { parseElf } from '../../../src/elf/parse-elf.ts';
import { elfFile, type ElfFileParts } from '../../support/elf-file.ts';

function loadedBy(path: string, parts: ElfFileParts): string[] {
  const bytes = elfFile(parts);
  const elf = parseElf((position, length) => bytes.subarray(position, position + length));
  if (elf === undefined) throw new Error('no ELF file');
  return runTimeLoadsOf({ path, elf }).map(({ by }) => by);
}

test.each<[string, string, ElfFileParts, string[]]>([
  ['a soname', '/x/y', { soname: 'libcrypto.so.3', symbols: ['dlopen'] }, ['libcrypto.so.*']],
  ['a name of a file', '/sbin/mdmon', { symbols: ['dlopen'] }, ['md{adm,mon}']],
  ['whoever ends threads', '/x/y', { symbols: ['pthread_exit'] }, ['*']],
  ['nobody else', '/x/libother.so', { symbols: ['dlopen'] }, []],
  ['none that opens nothing', '/x/libcrypto.so.1.1', {}, []],
])('rows are for %s', (_, path, parts, expected) => {
  expect(loadedBy(path, parts)).toEqual(expected);
});

function escaped(text: string): string {
  return text.replaceAll('*', String.raw`\*`);
}

test('docs/closure.md shows every row', () => {
  const rows = readFileSync('docs/closure.md', 'utf8').split('\n');
  for (const { by, loads, takes, reason, source } of runTimeLoads) {
    const taken = takes.length > 0 ? 'yes' : 'no';
    const cells = [`\`${by}\``, escaped(loads), taken, reason, escaped(source)];
    expect(rows).toContain(`| ${cells.join(' | ')} |`);
  }
});
