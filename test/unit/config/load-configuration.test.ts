/** Which files of a root count, in which order, and what they come to. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { defaultConfiguration } from '../../../src/config/configuration.ts';
import { loadConfiguration } from '../../../src/config/load-configuration.ts';
import { settingsFrom } from '../../../src/config/settings-from.ts';
import { rootTree, type RootTree } from '../../support/root-tree.ts';

const pause = (seconds: number) => `[debugging]\npause-seconds = ${seconds}`;
const main = 'shutdownramfs/shutdownramfs.toml';
const dropIn = (name: string) => `${main}.d/${name}.toml`;

test.each<[string, RootTree, number, string[]]>([
  ['nothing', {}, 120, []],
  ['the main file of /etc', { [`etc/${main}`]: pause(1) }, 1, [`/etc/${main}`]],
  [
    'of main files only the highest',
    {
      [`usr/lib/${main}`]: `${pause(1)}\n[console]\noutput = "quiet"`,
      [`run/${main}`]: pause(2),
    },
    2,
    [`/run/${main}`],
  ],
  [
    'drop-ins after the main file, by name, wherever they are',
    {
      [`etc/${main}`]: pause(1),
      [`etc/${dropIn('10')}`]: pause(2),
      [`run/${dropIn('20')}`]: pause(3),
      [`usr/lib/${dropIn('30')}`]: pause(4),
    },
    4,
    [`/etc/${main}`, `/etc/${dropIn('10')}`, `/run/${dropIn('20')}`, `/usr/lib/${dropIn('30')}`],
  ],
  [
    'one name in two directories counts once',
    { [`usr/lib/${dropIn('50')}`]: pause(1), [`run/${dropIn('50')}`]: pause(2) },
    2,
    [`/run/${dropIn('50')}`],
  ],
  [
    'a symlink to /dev/null hides what is below, though there is no /dev',
    {
      [`usr/lib/${main}`]: pause(1),
      [`etc/${main}`]: '-> /dev/null',
      [`usr/lib/${dropIn('50')}`]: pause(1),
      [`etc/${dropIn('50')}`]: '-> /dev/null',
    },
    120,
    [],
  ],
  [
    'a symlink to a /dev/null that is there',
    { 'dev/null': pause(3), [`etc/${main}`]: '-> ../../dev/null' },
    120,
    [],
  ],
  [
    'an empty file hides as well',
    { [`usr/lib/${main}`]: pause(1), [`etc/${main}`]: '' },
    120,
    [`/etc/${main}`],
  ],
  ['other names', { [`etc/${main}.d/a.toml~`]: 'x', [`etc/${main}.d/.a.toml`]: 'x' }, 120, []],
  [
    'a symlink stays in the root',
    { [`etc/${main}`]: '-> /opt/maker.toml', 'opt/maker.toml': pause(7) },
    7,
    [`/etc/${main}`],
  ],
])('%s', async (_, tree, seconds, files) => {
  const loaded = await loadConfiguration(rootTree(tree));
  expect(loaded.configuration.debugging['pause-seconds']).toBe(seconds);
  expect(loaded.configuration.console.output).toBe('normal');
  expect(loaded.files).toEqual(files);
});

test('keys come together, a list takes the place of a list, and each value knows its file', async () => {
  const root = rootTree({
    [`usr/lib/${main}`]: '[debugging]\nflag-files = ["/a", "/b"]\nkernel-arguments = []',
    [`etc/${dropIn('50')}`]: '[debugging]\nflag-files = ["/c"]\n[console]\noutput = "verbose"',
  });
  const { configuration, origins } = await loadConfiguration(root);
  expect(configuration).toEqual({
    ...defaultConfiguration,
    debugging: {
      ...defaultConfiguration.debugging,
      'flag-files': ['/c'],
      'kernel-arguments': [],
    },
    console: { output: 'verbose' },
  });
  expect(Object.fromEntries(origins)).toEqual({
    'debugging.flag-files': `/etc/${dropIn('50')}`,
    'debugging.kernel-arguments': `/usr/lib/${main}`,
    'console.output': `/etc/${dropIn('50')}`,
  });
  expect(defaultConfiguration.debugging['flag-files']).not.toContain('/c');
});

test('hooks of several files come together, each key from the last file that has it', async () => {
  const root = rootTree({
    [`usr/lib/${dropIn('20-one')}`]: '[hooks.b-one]\nprogram = "/one"\nwhen = "final"',
    [`usr/lib/${dropIn('30-two')}`]: `[hooks.a-two]\nprogram = "/two"\nwhen = "before-unmount"
[hooks.three]\nprogram = "/three"\nwhen = "after-unmount"`,
    [`etc/${dropIn('90')}`]: '[hooks.b-one]\nseconds = 3\n[hooks.three]\nwhen = "never"',
  });
  const { configuration, origins } = await loadConfiguration(root);
  expect(settingsFrom(configuration).hooks).toEqual([
    { name: 'a-two', program: '/two', when: 'before-unmount', seconds: 10 },
    { name: 'b-one', program: '/one', when: 'final', seconds: 3 },
  ]);
  expect(origins.get('hooks.b-one.program')).toBe(`/usr/lib/${dropIn('20-one')}`);
  expect(origins.get('hooks.b-one.seconds')).toBe(`/etc/${dropIn('90')}`);
});

test.each([
  ['program', 'when = "final"'],
  ['when', 'program = "/one"'],
  ['program', 'seconds = 3'],
])('a hook without %s is an error, with the file that knows it', async (key, text) => {
  const root = rootTree({ [`etc/${dropIn('50')}`]: `[hooks.one]\n${text}` });
  await expect(loadConfiguration(root)).rejects.toThrow(
    `read /etc/${dropIn('50')}: [hooks.one] has no ${key}, here or in another file`,
  );
});

describe('files named on the command line', () => {
  test('take the place of those in the root, the last counts most', async () => {
    const root = rootTree({
      [`etc/${main}`]: `[console]\noutput = "quiet"`,
      'one.toml': `${pause(1)}\nflag-files = []`,
      'two.toml': pause(2),
    });
    const files = ['one.toml', 'two.toml'].map((name) => join(root, name));
    const { configuration } = await loadConfiguration(root, files);
    expect(configuration.debugging).toMatchObject({ 'pause-seconds': 2, 'flag-files': [] });
    expect(configuration.console.output).toBe('normal');
  });
  test('/dev/null gives the defaults', async () => {
    const root = rootTree({ [`etc/${main}`]: pause(1) });
    const { configuration } = await loadConfiguration(root, ['/dev/null']);
    expect(configuration).toEqual(defaultConfiguration);
  });
  test('must be there', async () => {
    await expect(loadConfiguration('/', ['/none.toml'])).rejects.toThrow('read /none.toml: ENOENT');
  });
});

describe('in a root', () => {
  test('that is not there', async () => {
    await expect(loadConfiguration('/none/root')).rejects.toThrow(
      'read root /none/root: there is no such directory',
    );
  });
  test('a file with a flaw is named', async () => {
    const root = rootTree({ [`run/${dropIn('50')}`]: 'x = 1', [`etc/${main}`]: pause(1) });
    await expect(loadConfiguration(root)).rejects.toThrow(
      `read /run/${dropIn('50')} in ${root}: line 1: unknown key "x" above all tables`,
    );
  });
  test.each([
    ['/opt/none', 'the symlink leads nowhere'],
    ['/usr', 'it is no regular file'],
  ])('a symlink to %s is an error', async (target, reason) => {
    const root = rootTree({ 'usr/': '', [`etc/${main}`]: `-> ${target}` });
    await expect(loadConfiguration(root)).rejects.toThrow(
      `read /etc/${main} in ${root}: ${reason}`,
    );
  });
  test('a directory is an error', async () => {
    const root = rootTree({});
    mkdirSync(join(root, 'etc', dropIn('50')), { recursive: true });
    await expect(loadConfiguration(root)).rejects.toThrow('it is no regular file');
  });
});
