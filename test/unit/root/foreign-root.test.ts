import { appendFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { ForeignRoot } from '../../../src/root/foreign-root.ts';
import { rootTree } from '../../support/root-tree.ts';

const tree = {
  '/etc/passwd': 'inside',
  '/usr/lib/a': 'a',
  '/lib': '-> usr/lib',
  '/absolute': '-> /etc/passwd',
  '/upwards': '-> ../../../../../../etc/passwd',
  '/chain/1': '-> 2',
  '/chain/2': '-> ../chain/3',
  '/chain/3': '-> /lib/a',
  '/loop/a': '-> b',
  '/loop/b': '-> a',
  '/itself': '-> itself',
  '/grows': '-> grows/x',
  '/dangling': '-> /nowhere',
  '/inner/link': '-> /lib/../lib/a',
};

test.each<[string, string | undefined]>([
  ['/', '/'],
  ['/..', '/'],
  ['/usr/lib/a', '/usr/lib/a'],
  ['//usr/./lib//a/', '/usr/lib/a'],
  ['/lib/a', '/usr/lib/a'],
  ['/lib/../a', undefined],
  ['/lib/../lib/a', '/usr/lib/a'],
  ['/absolute', '/etc/passwd'],
  ['/upwards', '/etc/passwd'],
  ['/../../etc/passwd', '/etc/passwd'],
  ['/chain/1', '/usr/lib/a'],
  ['/inner/link', '/usr/lib/a'],
  ['/dangling', undefined],
  ['/nowhere/at/all', undefined],
  ['/etc/passwd/below', undefined],
])('%s leads to %s', (path, expected) => {
  const root = new ForeignRoot(rootTree(tree));
  expect(root.locate(path)?.path).toBe(expected);
});

test.each(['/loop/a', '/loop/b/c', '/itself', '/grows'])('%s is a loop', (path) => {
  const root = new ForeignRoot(rootTree(tree));
  expect(() => root.locate(path)).toThrow(/ELOOP/);
});

test('links on the way, each with where it leads in the end', () => {
  const root = new ForeignRoot(rootTree({ ...tree, '/usr/lib/first': '-> ../../chain/1' }));
  expect(root.locate('/lib/first')?.links).toEqual([
    { path: '/lib', target: '/usr/lib' },
    { path: '/usr/lib/first', target: '/usr/lib/a' },
  ]);
});

test('text is read inside', () => {
  const root = new ForeignRoot(rootTree(tree));
  expect(root.readText('/upwards')).toBe('inside');
  expect(root.readText('/usr')).toBeUndefined();
});

test('a directory is listed sorted, through links', () => {
  const root = new ForeignRoot(rootTree(tree));
  expect(root.list('/chain')).toEqual(['1', '2', '3']);
  expect(root.list('/lib')).toEqual(['a']);
  expect(root.list('/nowhere')).toEqual([]);
});

const changes: readonly [string, (path: string) => unknown][] = [
  ['it grows', (path) => appendFileSync(path, 'more')],
  ['it is cut off', (path) => truncateSync(path, 1)],
  ['it is written anew', (path) => writeFileSync(path, 'outsid')],
  [
    'another takes its place',
    (path) => {
      writeFileSync(`${path}.new`, 'inside');
      renameSync(`${path}.new`, path);
    },
  ],
  [
    'a pipe takes its place',
    async (path) => await execa('sh', ['-c', 'rm "$0"; mkfifo "$0"', path]),
  ],
];

test.each(changes)('a file that was looked at, and then %s', async (_, change) => {
  const root = new ForeignRoot(rootTree(tree));
  const node = root.locate('/etc/passwd');
  if (node === undefined) throw new Error('no file');
  // The clock of a file system is coarse.
  await new Promise((resolve) => setTimeout(resolve, 20));
  await change(node.hostPath);
  expect(() => root.readText('/etc/passwd')).toThrow(
    /^read \/etc\/passwd in .*: it changed meanwhile$/,
  );
});

test('a file that is cut off while it is read, though its reader calls it broken', () => {
  const root = new ForeignRoot(rootTree(tree));
  const node = root.locate('/etc/passwd');
  if (node === undefined) throw new Error('no file');
  const attempt = () =>
    root.open(node, (read) => {
      truncateSync(node.hostPath, 1);
      throw new Error(`broken after ${read(0, 6).length} bytes`);
    });
  expect(attempt).toThrow(/it changed meanwhile$/);
});

test('a text of hundreds of megabytes is not read', () => {
  const directory = rootTree(tree);
  truncateSync(`${directory}/etc/passwd`, 300 * 1024 * 1024);
  const root = new ForeignRoot(directory);
  expect(() => root.readText('/etc/passwd')).toThrow(/314572800 bytes are no text/);
});
