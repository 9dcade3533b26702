import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { readFlagFile } from '../../../src/exitrd/flag-file.ts';
import { rootTree } from '../../support/root-tree.ts';

test('files, and what is none', async () => {
  const directory = rootTree({
    words: 'verbose\n',
    empty: '',
    long: 'x'.repeat(10_000),
    link: '-> words',
    'directory/': '',
  });
  await execa('mkfifo', [join(directory, 'fifo')]);
  const read = (name: string) => readFlagFile(join(directory, name));
  expect(read('words')).toBe('verbose\n');
  expect(read('empty')).toBe('');
  expect(read('long')).toHaveLength(4096);
  expect(['link', 'directory', 'fifo', 'none'].map(read)).toEqual(Array(4).fill(undefined));
});
