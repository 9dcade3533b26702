/**
 * Our exitrd on every stack: nothing is left open, no key and no data remain in memory, and the same
 * disks looked at afterwards are clean. Then what happens when something cannot be freed, and when
 * the runtime itself fails.
 */
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { expectCleanDisks } from '../support/clean-disks.ts';
import { guestKernel } from '../support/guest-kernel.ts';
import { remains, searchMemory } from '../support/guest-memory.ts';
import { ourExitrd, type Damage } from '../support/our-exitrd.ts';
import { abruptExitrd } from '../support/peer-exitrd.ts';
import { secretKey, secretLines } from '../support/secret-lines.ts';
import { emptyDisks, inspectDisks, startShortMachine } from '../support/short-machine.ts';
import { runShutdown, type ShutdownRun } from '../support/shutdown-run.ts';
import type { VirtualMachine } from '../support/virtual-machine.ts';

const memoryMib = 1024;

interface Options {
  readonly stack: string;
  readonly systemd?: 252 | 257;
  readonly verb?: string;
  readonly commandLine?: string;
  readonly damage?: Damage;
  readonly configuration?: string;
}

async function run({ damage, configuration, ...options }: Options): Promise<ShutdownRun> {
  await using exitrd = await ourExitrd(damage, configuration);
  return await runShutdown({ ...options, exitrd: exitrd.archive, memoryMib });
}

/** A machine on its way down, to be watched and typed at. */
async function start(options: Options): Promise<{ machine: VirtualMachine } & AsyncDisposable> {
  await using stack = new AsyncDisposableStack();
  const { archive } = stack.use(await ourExitrd());
  const disks = stack.use(await emptyDisks());
  const settings = { ...options, disks, exitrd: archive, memoryMib };
  const machine = stack.use(await startShortMachine(settings));
  const kept = stack.move();
  return { machine, [Symbol.asyncDispose]: async () => await kept.disposeAsync() };
}

/** The one line of JSON in the kernel log. */
function reportIn(log: string): unknown {
  const line = /shutdownramfs: (?<json>\{"version".*\})/.exec(log);
  return JSON.parse(line?.groups?.['json'] ?? 'null');
}

async function expectNoSecrets(machine: ShutdownRun): Promise<void> {
  expect(machine.keys.length).toBeGreaterThan(0);
  const { keys, markers } = await machine.searchMemory();
  expect(keys).toEqual([]);
  expect(markers).toMatchObject([{ marker: 'file system', found: 0 }]);
}

const keysOfStack = {
  A: 1,
  B: 1,
  C: 1,
  D: 1,
  E: 1,
  F: 1,
  G: 1,
  H: 2,
  I: 2,
  J: 2,
  external: 1,
  survivor: 1,
  bcache: 1,
  iscsi: 1,
  network: 2,
};

describe.each(Object.entries(keysOfStack))('stack %s', (stack, keys) => {
  test('goes down clean', async () => {
    await using machine = await run({ stack });
    expect(machine.reason).toBe('guest-shutdown');
    expect(reportIn(machine.log)).toMatchObject({
      verb: 'poweroff',
      clean: true,
      left: [],
      wiped: [],
      keysRemaining: [],
      memoryKept: [],
      closed: { length: keys },
    });
    expectCleanDisks(machine);
    await expectNoSecrets(machine);
  });
});

test('entered as by systemd 252', async () => {
  await using machine = await run({ stack: 'A', systemd: 252 });
  expect(reportIn(machine.log)).toMatchObject({ clean: true, left: [] });
  expectCleanDisks(machine);
  await expectNoSecrets(machine);
});

const hookConfiguration = `
[hooks.a-first]
program = "/usr/bin/echo"
when = "before-unmount"
[hooks.b-hangs]
program = "/usr/bin/yes"
when = "after-unmount"
seconds = 2
[hooks.c-fails]
# A script, whose interpreter is packed with it.
program = "/usr/bin/ldd"
when = "final"
`;

const noSuchFile = 'ldd: ./reboot: No such file or directory';

/** It has two seconds, and is told of a little later. */
const noEnd: unknown = expect.stringMatching(/^no end within 2\.\d s$/);

test('hooks run in their order and time; one that hangs and one that fails stop nobody', async () => {
  await using machine = await run({ stack: 'A', verb: 'reboot', configuration: hookConfiguration });
  expect(machine.reason).toBe('guest-reset');
  expect(reportIn(machine.log)).toMatchObject({
    clean: true,
    hooks: [
      { name: 'a-first', when: 'before-unmount', ok: true },
      { name: 'b-hangs', when: 'after-unmount', ok: false, reason: noEnd },
      { name: 'c-fails', when: 'final', ok: false, reason: noSuchFile },
    ],
  });
  const steps = machine.log.matchAll(
    /shutdownramfs: (hook a-first: .*|unmount \/oldroot|close-crypt crypt0|hook b-hangs: \w.*|hook c-fails: failed.*)$/gm,
  );
  const order = [...new Set([...steps].map(([, step]) => step?.trim()))];
  expect(order).toEqual([
    'hook a-first: reboot before-unmount',
    'unmount /oldroot',
    'close-crypt crypt0',
    'hook b-hangs: reboot after-unmount',
    expect.stringMatching(/^hook b-hangs: failed: no end within 2\.\d s$/),
    `hook c-fails: failed: ${noSuchFile}`,
  ]);
  expectCleanDisks(machine);
  await expectNoSecrets(machine);
});

test('the process that holds the root is named and killed', async () => {
  await using machine = await run({ stack: 'survivor' });
  expect(reportIn(machine.log)).toMatchObject({
    killed: [expect.stringMatching(/^busybox\[\d+\]$/)],
  });
});

/** As guest/stack/secrets makes them. */
const inKeyrings = [
  ['root-key', 'user-key', 'volume-key'],
  ['passphrase', 'persistent-key', 'held-key'],
].flat();
const inMemory = ['run-file', 'key-file', 'credential', 'packed-file', 'left-file'];
const secrets = Object.fromEntries(
  [...inKeyrings, ...inMemory].map((name) => [name, secretLines(name)]),
);

test('keyrings of every kind and files in memory are emptied, and a reboot has its argument', async () => {
  await using machine = await run({ stack: 'secrets', verb: 'reboot' });
  expect(machine.reason).toBe('guest-reset');
  expect(machine.log).toContain("Restarting system with command 'firmware-setup'");
  expectCleanDisks(machine);
  const { markers } = await machine.searchMemory(secrets);
  expect(markers.map(({ marker, found }) => [marker, found])).toEqual(
    ['file system', ...Object.keys(secrets)].map((name) => [name, 0]),
  );
});

test('without us those secrets stay, else the test above would prove nothing', async () => {
  await using machine = await runShutdown({ stack: 'secrets', exitrd: await abruptExitrd() });
  const { markers } = await machine.searchMemory(secrets);
  // Two pieces at most lie across a page that is followed by another one in memory.
  for (const { found, pieces } of markers) expect(found).toBeGreaterThanOrEqual(pieces - 2);
});

/** As guest/stack/stuck-keys makes them. */
const stuckKeys = {
  integrity: secretKey('integrity', 32),
  directory: secretKey('directory', 64),
  page: secretLines('page'),
};

test('what cannot be freed keeps no key: of dm-crypt, of dm-integrity, of a directory', async () => {
  await using exitrd = await ourExitrd();
  await using disks = await emptyDisks();
  await using machine = await startShortMachine({
    stack: 'stuck-keys',
    disks,
    exitrd: exitrd.archive,
    memoryMib,
  });
  await machine.console.waitForLine(/handover: entering the exitrd/, 90);
  const secrets = { keys: [], markers: stuckKeys };
  const before = await remains(machine, secrets);
  expect(before).toMatchObject({ integrity: 1, directory: 1 });
  await machine.waitForEnd(150);
  await machine.quit();
  const { keys, findings } = await inspectDisks('stuck-keys', disks);
  expect(keys).toHaveLength(1);
  expect(findings).toContainEqual(expect.objectContaining({ kind: 'ext4', known: 'intact' }));
  const after = await searchMemory(machine.memoryFile, { keys, markers: stuckKeys });
  expect(after.keys).toEqual([]);
  expect(after.markers.map(({ marker, found }) => [marker, found])).toEqual([
    ['integrity', 0],
    ['directory', 0],
    ['page', 0],
  ]);
});

test('halt leaves the machine on', async () => {
  await using started = await start({ stack: 'A', verb: 'halt' });
  const { machine } = started;
  await expect(machine.console.waitForLine(/reboot: System halted/, 120)).resolves.toBeDefined();
});

test('kexec starts the kernel that was loaded, and the key does not cross over', async () => {
  await using exitrd = await ourExitrd();
  await using disks = await emptyDisks();
  const kernel = await readFile((await guestKernel()).image);
  await using disk = await open(join(disks.directory, 'D2'), 'r+');
  await disk.write(kernel);
  await using machine = await startShortMachine({
    stack: 'kexec',
    disks,
    exitrd: exitrd.archive,
    memoryMib,
    verb: 'kexec',
    commandLine: `kernel=${kernel.length}`,
  });
  await machine.console.waitForLine(/old root freed, 1 key wiped, 0 left/, 120);
  await machine.console.waitForLine(/kexec_core: Starting new kernel/, 30);
  expect(await machine.waitForEnd(60)).toMatchObject({ reason: 'guest-reset' });
  await machine.quit();
  const { findings } = await inspectDisks('kexec', disks);
  const keys = findings.flatMap((finding) => (finding.kind === 'key' ? [finding.hex] : []));
  expect(keys).toHaveLength(1);
  expect((await searchMemory(machine.memoryFile, { keys, markers: {} })).keys).toEqual([]);
});

test('kexec with nothing loaded reboots', async () => {
  await using machine = await run({ stack: 'A', verb: 'kexec' });
  expect(machine.reason).toBe('guest-reset');
  expect(machine.log).toContain('kexec: reboot(2) kexec: EINVAL');
});

test('a verb nobody knows powers off and says so', async () => {
  await using machine = await run({ stack: 'A', verb: 'soft-reboot' });
  expect(machine.reason).toBe('guest-shutdown');
  expect(machine.log).toContain('verb "soft-reboot": not known, powering off');
  expectCleanDisks(machine);
});

test('the pause says its line, and ends by itself', async () => {
  await using machine = await run({ stack: 'A', commandLine: 'shutdownramfs.debug=pause:3' });
  expect(machine.reason).toBe('guest-shutdown');
  expect(machine.log).toContain(
    'shutdownramfs: memory can be dumped now: going on in 3 s, or on Enter',
  );
  expect(machine.seconds).toBeGreaterThan(3);
});

test.each([
  ['the pause ends on Enter', 'pause:600', /memory can be dumped now/, '\n', /Power down/],
  ['a shell answers', 'shell', /a shell, as asked for/, 'echo it-$((6*7)); exit\n', /^it-42/],
])('%s', async (_, words, question, typed, answer) => {
  await using started = await start({
    stack: 'A',
    commandLine: `shutdownramfs.debug=${words}`,
  });
  const { machine } = started;
  await machine.console.waitForLine(question, 120);
  machine.type(typed);
  await machine.console.waitForLine(answer, 60);
  expect(await machine.waitForEnd(60)).toMatchObject({ reason: 'guest-shutdown' });
});
