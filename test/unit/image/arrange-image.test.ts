import { describe, expect, test } from 'vitest';
import { arrangeImage } from '../../../src/image/arrange-image.ts';
import type { ImageEntry } from '../../../src/image/image-entry.ts';

const origin = 'test';
const file = (path: string, text = path): ImageEntry => ({
  kind: 'file',
  path,
  executable: false,
  content: { kind: 'bytes', bytes: Buffer.from(text) },
  origin,
});
const directory = (path: string): ImageEntry => ({ kind: 'directory', path, origin });
const link = (path: string, target: string): ImageEntry => ({
  kind: 'symlink',
  path,
  target,
  origin,
});

/** `path`, `path/` or `path -> target`, without what every image has. */
function arranged(...entries: ImageEntry[]): string[] {
  const lines = arrangeImage(entries, (one, other) => {
    const [a, b] = [one, other].map((content) =>
      content.kind === 'bytes' ? Buffer.from(content.bytes).toString() : '',
    );
    return a === b;
  }).map((entry) => {
    if (entry.kind === 'symlink') return `${entry.path} -> ${entry.target}`;
    return entry.kind === 'directory' ? `${entry.path}/` : entry.path;
  });
  return lines.filter((line) => !always.includes(line));
}

const always = [
  '/bin -> usr/bin',
  '/lib -> usr/lib',
  '/lib64 -> usr/lib64',
  '/sbin -> usr/sbin',
  '/usr/',
  '/usr/bin/',
  '/usr/lib/',
  '/usr/lib64/',
  '/usr/sbin/',
];

test('what every image has', () => {
  const paths = arrangeImage([], () => false).map(({ path, kind }) =>
    kind === 'directory' ? `${path}/` : path,
  );
  expect(paths).toEqual([
    '/bin',
    '/lib',
    '/lib64',
    '/sbin',
    '/usr/',
    '/usr/bin/',
    '/usr/lib/',
    '/usr/lib64/',
    '/usr/sbin/',
  ]);
});

test.each<[string, ImageEntry[], string[]]>([
  ['parents come first', [file('/a/b/c')], ['/a/', '/a/b/', '/a/b/c']],
  ['sorted by bytes', [file('/é'), file('/z'), file('/B'), file('/a')], ['/B', '/a', '/z', '/é']],
  [
    'top directories below /usr',
    [file('/bin/x'), file('/lib/y/z')],
    ['/usr/bin/x', '/usr/lib/y/', '/usr/lib/y/z'],
  ],
  ['no others', [file('/library/x')], ['/library/', '/library/x']],
  [
    'relative targets',
    [link('/lib64/ld', '/lib/x/ld'), file('/lib/x/ld')],
    ['/usr/lib/x/', '/usr/lib/x/ld', '/usr/lib64/ld -> ../lib/x/ld'],
  ],
  [
    'a target beside its link',
    [link('/usr/lib/a', '/lib/b'), file('/lib/b')],
    ['/usr/lib/a -> b', '/usr/lib/b'],
  ],
  [
    'a link that merging makes its own target',
    [link('/usr/lib/a', '/lib/a'), file('/lib/a')],
    ['/usr/lib/a'],
  ],
  [
    'a top-level link of a merged root',
    [link('/lib', '/usr/lib'), file('/usr/lib/a')],
    ['/usr/lib/a'],
  ],
  [
    'the same bytes from two places',
    [file('/lib/a', 'x'), file('/usr/lib/a', 'x')],
    ['/usr/lib/a'],
  ],
  ['a directory that is there already', [file('/etc/a'), directory('/etc')], ['/etc/', '/etc/a']],
])('%s', (_, entries, expected) => {
  expect(arranged(...entries)).toEqual(expected);
});

test('a root whose /usr/sbin is a link gets its programs by both names', () => {
  const entries = [link('/usr/sbin', '/usr/bin'), file('/usr/sbin/lvm')];
  expect(arrangeImage(entries, () => false).map(({ path }) => path)).toContain('/usr/bin/lvm');
  expect(arranged(...entries)).toEqual(['/usr/bin/lvm', '/usr/sbin -> bin']);
});

describe('two things of one name', () => {
  test.each<[string, ImageEntry[]]>([
    ['files', [file('/lib/a', 'x'), file('/usr/lib/a', 'y')]],
    ['links', [link('/a', '/b'), link('/a', '/c')]],
    ['file and directory', [file('/a'), directory('/a')]],
    ['file and link', [file('/a'), link('/a', '/b')]],
    ['file and parent', [file('/a'), file('/a/b')]],
    ['links in a circle', [link('/a', '/b'), link('/b', '/a'), file('/a/c')]],
  ])('%s', (_, entries) => {
    expect(() => arranged(...entries)).toThrow(/arrange \//);
  });
});
