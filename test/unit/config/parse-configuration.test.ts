import { describe, expect, test } from 'vitest';
import { defaultConfiguration } from '../../../src/config/configuration.ts';
import { parseConfiguration } from '../../../src/config/parse-configuration.ts';
import { settingsFrom } from '../../../src/config/settings-from.ts';
import { defaultSettings } from '../../../src/settings/settings.ts';

function messageOf(text: string): string | undefined {
  try {
    parseConfiguration(text, '/etc/x.toml');
  } catch (error) {
    return (error as Error).message;
  }
  return undefined;
}

function keysOf(tables: object): string[][] {
  return Object.entries(tables).map(([table, values]) => [table, ...Object.keys(values as object)]);
}

test('all that can be said', () => {
  const text = `
    [image]
    features = ["default", "-lvm", "zfs"]
    programs = ["/usr/local/sbin/lock"]
    files = ["/etc/lock.conf"]
    format = "tar"
    compress = "gzip"
    level = 9
    [time]
    total-seconds = 30
    [last-resort]
    lazy-unmount = true
    error-table = false
    [debugging]
    flag-files = ["/run/debug-me", "/debug-me"]
    kernel-arguments = ["debug-me", "a.b:c"]
    pause-seconds = 3600
    [console]
    output = "quiet"
    [mounts]
    never-move = ["/run/live/medium", "/mnt/a b ü"]
    [free-memory]
    overwrite = "when-needed"
    seconds = 1
    [firmware]
    memory-overwrite-request = "clear-when-clean"
    [record]
    firmware = "always"
    kernel-log = "never"
    file-system = "PARTLABEL=EFI system partition"
    [hooks.50-display]
    program = "/usr/lib/display/say goodbye"
    when = "final"
    [hooks.other]
    seconds = 30`;
  const said = parseConfiguration(text, 'file');
  expect(said).toEqual({
    image: {
      features: ['default', '-lvm', 'zfs'],
      programs: ['/usr/local/sbin/lock'],
      files: ['/etc/lock.conf'],
      format: 'tar',
      compress: 'gzip',
      level: 9,
    },
    time: { 'total-seconds': 30 },
    'last-resort': { 'lazy-unmount': true, 'error-table': false },
    debugging: {
      'flag-files': ['/run/debug-me', '/debug-me'],
      'kernel-arguments': ['debug-me', 'a.b:c'],
      'pause-seconds': 3600,
    },
    console: { output: 'quiet' },
    mounts: { 'never-move': ['/run/live/medium', '/mnt/a b ü'] },
    'free-memory': { overwrite: 'when-needed', seconds: 1 },
    firmware: { 'memory-overwrite-request': 'clear-when-clean' },
    record: {
      firmware: 'always',
      'kernel-log': 'never',
      'file-system': 'PARTLABEL=EFI system partition',
    },
    hooks: {
      '50-display': { program: '/usr/lib/display/say goodbye', when: 'final' },
      other: { seconds: 30 },
    },
  });
  expect(keysOf({ ...said, hooks: {} })).toEqual(keysOf(defaultConfiguration));
});

test('the defaults fit their own schema, and come to the default settings', () => {
  expect(parseConfiguration('', 'file')).toEqual({});
  expect(settingsFrom(defaultConfiguration)).toEqual(defaultSettings);
});

const inTable = (table: string, line: string) => `[${table}]\n${line}`;
const debugging = (line: string) => inTable('debugging', line);
const flagFile = (path: string) => debugging(`flag-files = ["/run/x", ${JSON.stringify(path)}]`);
const kernelArgument = (word: string) => debugging(`kernel-arguments = [${JSON.stringify(word)}]`);
const neverMove = (path: string) => inTable('mounts', `never-move = [${JSON.stringify(path)}]`);
const wholeSeconds = 'must be a whole number of seconds from 1 to 3600';

describe('what is refused', () => {
  test.each([
    ['an unknown table', '[live]', 'line 1: unknown table [live]'],
    [
      'a hook that is no table',
      inTable('hooks', 'x = "/a"'),
      'line 2: hooks.x: must be a table, not "/a"',
    ],
    [
      'a hook with an unknown key',
      inTable('hooks.x', 'path = "/a"'),
      'line 2: unknown key "path" in [hooks.x]',
    ],
    [
      'a hook that is patient',
      inTable('hooks.x', 'seconds = 31'),
      'line 2: hooks.x.seconds: must be a whole number of seconds from 1 to 30, not 31',
    ],
    [
      'a hook at another time',
      inTable('hooks.x', 'when = "later"'),
      'line 2: hooks.x.when: must be "before-unmount", "after-unmount", "final" or "never", not "later"',
    ],
    [
      'a hook of a file beside',
      inTable('hooks.x', 'program = "a"'),
      'line 2: hooks.x.program: must be an absolute path without . and .., and not / itself, not "a"',
    ],
    [
      'a hook with a dot in its name',
      '[hooks."a.b"]',
      'line 1: hooks."a.b": must be called by letters, digits, _ and -',
    ],
    [
      'nearly a table',
      '[debuging]',
      'line 1: unknown table [debuging] (did you mean [debugging]?)',
    ],
    ['a table to be quoted', '["a b"]', 'line 1: unknown table ["a b"]'],
    ['an unknown key', debugging('colour = 1'), 'line 2: unknown key "colour" in [debugging]'],
    [
      'nearly a key',
      inTable('image', 'featurs = []'),
      'line 2: unknown key "featurs" in [image] (did you mean "features"?)',
    ],
    [
      'the beginning of a key',
      debugging('pause = 1'),
      'line 2: unknown key "pause" in [debugging] (did you mean "pause-seconds"?)',
    ],
    [
      'a key in the wrong table',
      inTable('mounts', 'output = "quiet"'),
      'line 2: unknown key "output" in [mounts] (it belongs in [console])',
    ],
    [
      'a key above all tables',
      '# mine\n\noutput = "quiet"',
      'line 3: unknown key "output" above all tables (it belongs in [console])',
    ],
    [
      'nearly a key of a hook',
      '[hooks.lock]\nprogam = "/a"\nprogram = "/b"\nwhen = "final"',
      'line 2: unknown key "progam" in [hooks.lock] (did you mean "program"?)',
    ],
    ['a key to be quoted', '"a b" = 1', 'line 1: unknown key "a b" above all tables'],
    ['a prototype', '__proto__ = 1', 'line 1: unknown key "__proto__" above all tables'],
    [
      'a prototype in a table',
      debugging('__proto__ = 1'),
      'line 2: unknown key "__proto__" in [debugging]',
    ],
    ['no table', 'console = "quiet"', 'line 1: console: must be a table, not "quiet"'],
    ['tables', '[[console]]', 'line 1: console: must be a table, not [{}]'],
    [
      'no list',
      debugging('flag-files = "/a"'),
      'line 2: debugging.flag-files: must be a list in brackets, not "/a"',
    ],
    [
      'no text',
      debugging('flag-files = [1]'),
      'line 2: debugging.flag-files[0]: must be a path, not 1',
    ],
    [
      'another word',
      inTable('console', 'output = "loud"'),
      'line 2: console.output: must be "quiet", "normal" or "verbose", not "loud"',
    ],
    [
      'nearly a word',
      inTable('console', 'output = "queit"'),
      'line 2: console.output: must be "quiet", "normal" or "verbose", not "queit" ' +
        '(did you mean "quiet"?)',
    ],
    [
      'a feature there is none of',
      inTable('image', 'features = ["crypt", "-lvn"]'),
      'line 2: image.features[1]: must be the name of a feature, "default", "auto" or "all", ' +
        'not "-lvn" (did you mean "-lvm"?)',
    ],
    [
      'no feature at all',
      inTable('image', 'features = []'),
      'line 2: image.features: must be a list that is not empty; ["base"] is the least, not []',
    ],
    ...['23', '-1', '"19"'].map((value) => [
      `a level of ${value}`,
      inTable('image', `level = ${value}`),
      `line 2: image.level: must be a whole number from 0 to 22, not ${value}`,
    ]),
    [
      'a date',
      inTable('console', 'output = 2026-01-02'),
      'line 2: console.output: must be "quiet", "normal" or "verbose", not "2026-01-02"',
    ],
    ...['0', '3601', '1.5', '-1', '"60"', 'nan', 'true'].flatMap((value) =>
      [
        ['debugging', 'pause-seconds'],
        ['free-memory', 'seconds'],
      ].map(([table = '', key = '']) => [
        `${key} = ${value}`,
        inTable(table, `${key} = ${value}`),
        `line 2: ${table}.${key}: ${wholeSeconds}, not ${value === 'nan' ? 'null' : value}`,
      ]),
    ),
  ])('%s', (_, text, flaw) => {
    expect(messageOf(text)).toBe(`read /etc/x.toml: ${flaw}`);
  });

  test.each([
    '',
    'run/x',
    '/',
    '//a',
    '/a//b',
    '/a/',
    '/a/.',
    '/a/../b',
    '/..',
    '/a b',
    "/a'b",
    '/a*',
  ])('as a flag file: %j', (path) => {
    expect(() => parseConfiguration(flagFile(path), 'file')).toThrow(
      `read file: line 2: debugging.flag-files[1]: must be an absolute path of letters, digits and ` +
        `_ . @ : + -, not ${JSON.stringify(path)}`,
    );
  });
  test.each([
    ['/oldroot/etc/x', 'in /run or in the root of the image'],
    ['/run/initramfs/x', 'written without /run/initramfs, which is / then'],
  ])('as a flag file: %s', (path, expected) => {
    expect(() => parseConfiguration(flagFile(path), 'file')).toThrow(
      `debugging.flag-files[1]: must be ${expected}, not "${path}"`,
    );
  });
  test.each(['/oldroots', '/run/initramfs.x', '/..x', '/.x', '/a.b/c-d@e:f+g_h'])(
    'but not %s',
    (path) => {
      expect(parseConfiguration(flagFile(path), 'file').debugging?.['flag-files']?.[1]).toBe(path);
    },
  );
  test.each(['', 'a b', 'a=b', '-a', 'a"b', 'a*', 'ü'])('as a kernel argument: %j', (word) => {
    expect(() => parseConfiguration(kernelArgument(word), 'file')).toThrow(
      'debugging.kernel-arguments[0]: must be one word of letters, digits',
    );
  });
  test.each(['a', '/', '/a/', '/a/../b', '/a\nb', '/oldroot/run'])(
    'as a mount point: %j',
    (path) => {
      expect(() => parseConfiguration(neverMove(path), 'file')).toThrow(
        'mounts.never-move[0]: must be',
      );
    },
  );
  test('everything at once, each flaw once', () => {
    const text = debugging('flag-files = ["", 1]\nflags = 2');
    expect(() => parseConfiguration(text, 'file')).toThrow(
      /^read file: line 2: debugging\.flag-files\[0\]: [^;]*; line 2: debugging\.flag-files\[1\]: [^;]*; line 3: unknown key "flags" in \[debugging\]$/,
    );
  });
  test.each([
    ['a key said twice', 'a = 1\na = 2', 'line 2, column 1: trying to redefine'],
    ['a list without an end', '\n\na = [1,', 'line 3, column'],
    ['a number beyond all', 'a = 99999999999999999999', 'line 1, column'],
  ])('what is no TOML: %s', (_, text, reason) => {
    expect(() => parseConfiguration(text, 'file')).toThrow(`read file: ${reason}`);
  });
});
