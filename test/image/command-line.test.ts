/** The finished executable's behaviour in a shell: version, completion, pipes and wrong uses. */
import {
  chmod,
  copyFile,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeImage } from '../../src/archive/write-image.ts';
import { smallFile, smallImage } from '../support/small-image.ts';

let place: string;
/** A copy where everybody can read it, wherever the checkout is. */
let executable: string;

beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'shutdownramfs-test-'));
  executable = join(place, 'shutdownramfs');
  await copyFile(join(import.meta.dirname, '../../dist/shutdownramfs'), executable);
  await Promise.all(['out', 'empty', 'denied', 'full'].map((name) => mkdir(join(place, name))));
  await writeFile(join(place, 'full/file'), '');
  const image = smallImage(smallFile('/greeting', Buffer.from('hello')));
  const output = join(place, 'image');
  await writeImage(image, { output, format: 'cpio', compression: 'none' });
  const bytes = await readFile(output);
  await writeFile(join(place, 'cut'), bytes.subarray(0, 122));
  await writeFile(join(place, 'garbled'), bytes.fill('z', 60, 62));
  await writeFile(join(place, 'nothing'), '');
  await writeFile(join(place, 'text'), 'no\nJSON');
  await writeFile(join(place, 'wrong.toml'), '[debugging]\npause = 1\npause-seconds = 0');
  await writeFile(join(place, 'strange'), '{"version":1,"mounts":[null]}');
  await writeFile(join(place, 'secret'), 'x', { mode: 0o600 });
  await chmod(join(place, 'denied'), 0o555);
  await chmod(join(place, 'out'), 0o777);
  await chmod(place, 0o755);
});

afterAll(async () => {
  await rm(place, { recursive: true });
});

/** As nobody in particular; `@` stands for the directory of the files above. */
async function run(...words: string[]) {
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const all = words.map((word) => word.replaceAll('@', place));
  const settings = { reject: false, stdin: 'ignore', cwd: '/', ...nobody } as const;
  const { exitCode, stdout, stderr } = await execa(executable, all, settings);
  return { exitCode, stdout, stderr: stderr.replaceAll(place, '@') };
}

test('its version is that of package.json', async () => {
  const text = await readFile(join(import.meta.dirname, '../../package.json'), 'utf8');
  const { version } = JSON.parse(text) as { version: string };
  const { exitCode, stdout } = await run('--version');
  expect({ exitCode, stdout }).toEqual({
    exitCode: 0,
    stdout: expect.stringMatching(`^${version} \\(Node\\.js \\d+\\.\\d+\\.\\d+\\)$`),
  });
});

test.each([
  ['shutdownramfs bu', 'build'],
  ['shutdownramfs build --fo', '--format'],
  ['shutdownramfs config --sch', '--schema'],
  ['shutdownramfs build --format c', 'cpio'],
  ['shutdownramfs build --feature cr', 'crypt'],
  ['shutdownramfs install --feature crypt,-nv', 'crypt,-nvme-of'],
])('bash completes %s', async (line, completed) => {
  const script = `
    shutdownramfs() { '${executable}' "$@"; }
    source <(shutdownramfs completion)
    COMP_WORDS=(${line}) COMP_LINE='${line}' COMP_POINT=\${#COMP_LINE}
    COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
    _shutdownramfs_yargs_completions
    echo "\${COMPREPLY[*]}"`;
  expect((await execa('bash', ['-c', script])).stdout).toBe(completed);
});

test.each(['plan', 'plan --json', 'snapshot', 'list @/image', 'cat @/image greeting'])(
  '%s ends quietly when its reader has gone',
  async (words) => {
    const line = `'${executable}' ${words.replaceAll('@', place)} | true; echo "\${PIPESTATUS[0]}"`;
    const { stdout, stderr } = await execa('bash', ['-c', line]);
    expect({ stdout, stderr }).toEqual({ stdout: '141', stderr: '' });
  },
);

test('sizes of an image that has no manifest, as tables and as a picture', async () => {
  const { exitCode, stdout, stderr } = await run(
    'list',
    '@/image',
    '--sizes',
    '--treemap',
    '@/out/t.svg',
  );
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  expect(stdout).toMatch(/packed +share +unpacked {2}part\n.* unknown\n\n/);
  expect(stdout).toMatch(/unpacked {2}file\n.* \/greeting\n/);
  const picture = await readFile(join(place, 'out/t.svg'), 'utf8');
  expect(picture).toContain('<title>/greeting\n');
  await rm(join(place, 'out/t.svg'));
});

test('its configuration by default, checked by its own schema', async () => {
  const { exitCode, stdout, stderr } = await run('config', '--config', '/dev/null', '--json');
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  const schema = await run('config', '--schema');
  const { properties } = JSON.parse(schema.stdout) as { properties: object };
  expect(Object.keys(JSON.parse(stdout) as object)).toEqual(Object.keys(properties));
});

test('a full disk behind standard output is an error', async () => {
  const line = `'${executable}' list ${place}/image >/dev/full`;
  const { exitCode, stderr } = await execa('bash', ['-c', line], { reject: false });
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: 'shutdownramfs: write standard output: ENOSPC',
  });
});

test.each<[string, number, string]>([
  ['', 2, 'Name a command.'],
  ['frobnicate', 2, 'Unknown argument: frobnicate'],
  ['biuld -o @/out/a', 2, 'Unknown command: biuld. Did you mean build?'],
  ['build', 2, 'Missing required argument: output'],
  ['build -o @/out/a -o @/out/b', 2, 'output is given more than once'],
  ['build -o @/out/a --format zip', 2, 'Invalid values: Argument: format, Given: "zip"'],
  ['build -o @/out/a --level high', 2, 'level is no number'],
  [
    'build -o @/out/a --feature cript',
    1,
    'select feature cript: there is no such feature (did you mean crypt?)',
  ],
  ['build -o @/out/a --root @/empty', 1, 'read root @/empty: it has no directory /usr'],
  ['build -o @/empty', 1, 'write @/empty: it exists and is no regular file'],
  ['build -o @/full --format directory', 1, 'write @/full: it is a directory with other things'],
  ['build -o @/none/a', 1, 'write @/none/a: ENOENT (no such file or directory)'],
  ['build -o @/denied/a', 1, 'write @/denied/a: EACCES (permission denied)'],
  ['build -o @/out/a --config @/none', 1, 'read @/none: ENOENT (no such file or directory)'],
  ['build -o @/out/a --config @/text', 1, 'read @/text: line 1, column 3: '],
  ['config --config @/secret', 1, 'read @/secret: EACCES (permission denied)'],
  ['config --root @/none', 1, 'read root @/none: there is no such directory'],
  ['config --config', 2, 'Not enough arguments following: config'],
  [
    'config --config @/wrong.toml',
    1,
    'read @/wrong.toml: line 2: unknown key "pause" in [debugging] (did you mean "pause-seconds"?); ' +
      'line 3: debugging.pause-seconds: must be a whole number of seconds from 1 to 3600, not 0',
  ],
  ['list @/none', 1, 'read image @/none: ENOENT'],
  ['list @/secret', 1, 'read image @/secret: EACCES'],
  ['list @/text', 1, 'read image @/text: it is no archive, file system image or directory'],
  ['list @/garbled', 1, 'read image @/garbled: "'],
  ['list @/image --treemap @/out/t.png', 1, 'draw @/out/t.png: its name tells no kind of picture'],
  ['cat @/image nothing', 1, 'read nothing in @/image: there is no such file'],
  ['unpack @/cut @/out/u', 1, 'read image @/cut: greeting: it is cut off'],
  ['unpack @/image @/empty', 1, 'unpack to @/empty: it exists'],
  ['unpack @/image @/denied/u', 1, 'unpack to @/denied/u: EACCES'],
  ['plan --snapshot @/none', 1, 'read snapshot @/none: ENOENT'],
  ['plan --snapshot @/text', 1, 'read @/text: not JSON'],
  ['plan --snapshot @/strange', 1, 'read @/strange: mounts[0] is no object'],
  ['snapshot --output @/denied/s', 1, 'write @/denied/s: EACCES'],
  ['scan @/nothing', 2, 'read dump @/nothing: it is empty'],
  ['scan @/empty', 2, 'read dump @/empty: not a regular file'],
  ['install --root @/empty', 1, 'install into @/empty: it has no directory /usr'],
  ['uninstall --root @/empty', 1, 'uninstall from @/empty: nothing is installed there'],
])('%s', async (words, status, message) => {
  const { exitCode, stderr } = await run(...words.split(' ').filter(Boolean));
  const [first = '', hint = 'hint: none', ...more] = stderr.split('\n');
  expect(first.slice(0, `shutdownramfs: ${message}`.length)).toBe(`shutdownramfs: ${message}`);
  expect({ exitCode, hint, more }).toEqual({
    exitCode: status,
    hint: expect.stringMatching(/^hint: /),
    more: [],
  });
  const left = ['out', 'empty', 'denied'].map((name) => readdir(join(place, name)));
  expect(await Promise.all(left)).toEqual([[], [], []]);
});

test.each([
  ['poweroff', 'refused: this is for PID 1 to start, in /run/initramfs'],
  ['--unmount-hidden', 'unmount what is hidden: refused: this is for the exitrd to start'],
])('under the name of the exitrd program it obeys PID 1 alone: %s', async (word, refusal) => {
  const link = join(place, 'out/shutdown');
  await symlink(executable, link);
  // As nobody, who could do no harm if it were obeyed.
  const { exitCode, stderr } = await execa(link, [word], {
    reject: false,
    stdin: 'ignore',
    cwd: '/',
    timeout: 20_000,
    ...(process.getuid?.() === 0 && { uid: 65_534, gid: 65_534 }),
  });
  await rm(link);
  expect({ exitCode, stderr }).toEqual({
    exitCode: 1,
    stderr: `shutdown: ${refusal}`,
  });
});
