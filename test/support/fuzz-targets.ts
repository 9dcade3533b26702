/** What reads bytes that somebody else wrote, each with examples to damage and the errors it may give. */
import { closeSync, openSync, readSync } from 'node:fs';
import { Readable } from 'node:stream';
import { readArchive } from '../../src/archive/archive-reader.ts';
import { ElfError, parseElf } from '../../src/elf/parse-elf.ts';
import { parseLinkerConfig } from '../../src/elf/parse-linker-config.ts';
import { parseEnvArgument } from '../../src/script/parse-env-argument.ts';
import { parseInterpreterLine } from '../../src/script/parse-interpreter-line.ts';
import { elfFile } from './elf-file.ts';

export interface FuzzTarget {
  readonly name: string;
  readonly examples: readonly Uint8Array[];
  /** Throws for what must not happen. */
  readonly read: (bytes: Buffer) => void | Promise<void>;
}

const parts = {
  interpreter: '/lib/ld.so',
  soname: 'libb.so.1',
  needed: ['liba.so.1', '$ORIGIN/x'],
  runpath: '/a:$LIB',
  dlopen: '[{"soname":["liba.so.1"],"priority":"required"}]',
  versionsNeeded: [
    ['liba.so.1', 'A_1'],
    ['libc.so.6', 'C_1'],
  ],
  versionsDefined: ['B_1', 'B_2'],
} as const;

/** The beginning of a real program: headers, dynamic table and notes are mostly there. */
function beginningOf(path: string): Buffer {
  const bytes = Buffer.alloc(1 << 16);
  const file = openSync(path, 'r');
  try {
    return bytes.subarray(0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}

/** A newc archive of one file and one symlink, with its end. */
function cpioArchive(): Buffer {
  const entries = [
    cpioEntry('a', 0o100644, 'text'),
    cpioEntry('b', 0o120777, 'a'),
    cpioEntry('TRAILER!!!', 0, ''),
  ];
  return Buffer.from(entries.join(''), 'latin1');
}

function cpioEntry(name: string, mode: number, content: string): string {
  const fields = [1, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length + 1, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return [`${header}${name}\0`, content].map(padded).join('');
}

function padded(text: string): string {
  return text + '\0'.repeat((4 - (text.length % 4)) % 4);
}

function tarArchive(): Buffer {
  const header = Buffer.alloc(512);
  header.write('a');
  header.write('0000644\0', 100);
  header.write('00000000004\0', 124);
  header.write('        ', 148);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const content = Buffer.alloc(512);
  content.write('text');
  return Buffer.concat([header, content, Buffer.alloc(1024)]);
}

/** `read` of a file that ends; what asks for bytes outside it, or for far too many, is a mistake. */
function readerOf(bytes: Buffer) {
  return (position: number, length: number): Uint8Array => {
    if (!(position >= 0) || !(length >= 0) || length > 64 << 20) {
      throw new RangeError(`read ${length} bytes at ${position}`);
    }
    return bytes.subarray(Math.min(position, bytes.length), position + length);
  };
}

async function drain(archive: ReturnType<typeof readArchive>): Promise<void> {
  for await (const entry of archive) {
    let size = 0;
    for await (const part of entry.content) size += part.length;
    if (size !== entry.size) throw new RangeError(`${size} bytes of ${entry.size}`);
  }
}

/** Bugs are of JavaScript's own kinds, or of Node's assertions; complaints are of others. */
function isBug(error: unknown): boolean {
  const bugs = [TypeError, RangeError, ReferenceError, SyntaxError];
  return !(error instanceof Error) || bugs.some((kind) => error instanceof kind);
}

export const fuzzTargets: readonly FuzzTarget[] = [
  {
    name: 'ELF',
    examples: [
      elfFile(parts),
      elfFile({ ...parts, bits: 32, machine: 40 }),
      elfFile({ ...parts, littleEndian: false, machine: 22 }),
      beginningOf(process.execPath),
    ],
    read(bytes) {
      try {
        parseElf(readerOf(bytes));
      } catch (error) {
        if (!(error instanceof ElfError)) throw error;
      }
    },
  },
  {
    name: 'ld.so.conf',
    examples: [Buffer.from('include a.conf b\n/x # y\nhwcap 1 z\n/lib=libc6\n')],
    read(bytes) {
      parseLinkerConfig(bytes.toString('utf8'));
    },
  },
  {
    name: 'first line of a script',
    examples: [Buffer.from('#!/usr/bin/env -S A=b "my \\" perl" -w # x\n')],
    read(bytes) {
      const line = parseInterpreterLine(bytes);
      if (line?.kind === 'script') parseEnvArgument(line.argument);
      parseEnvArgument(bytes.toString('latin1', 15));
    },
  },
  {
    name: 'archive',
    examples: [cpioArchive(), tarArchive()],
    async read(bytes) {
      try {
        await drain(readArchive(Readable.from([bytes])));
      } catch (error) {
        if (isBug(error)) throw error;
      }
    },
  },
];
