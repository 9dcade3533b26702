/** The scripts that watch the medium, in namespaces: what they do in a machine, its tests show. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

const system = join(import.meta.dirname, '../support/watched-system');
const stick = '/sys/devices/hub/block/sdx';
const removed = `"$busybox" mv /sys/devices/hub /sys/gone`;

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watch-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Ends by reboot(2), which in a namespace kills its first process, or with that. */
async function run(answer: string, events = ':') {
  const namespaces = ['--mount', '--pid', '--fork', '--kill-child', '--propagation', 'private'];
  const { timedOut } = await execa('unshare', [...namespaces, system, directory, answer, events], {
    reject: false,
    timeout: 30_000,
  });
  expect(timedOut).toBe(false);
}

const left = (name: string) =>
  readFile(join(directory, name), 'utf8').catch(() => `there is no ${name}`);

describe('the machine goes down through the exitrd', () => {
  test.each([
    ['a disk is removed', 'echo disk sdx', removed],
    ['it is taken offline', 'echo disk sdx', `echo offline >${stick}/device/state`],
    ['it is being removed', 'echo disk sdx', `echo cancel >${stick}/device/state`],
    [
      'the event says so before sysfs',
      'echo disk sdx',
      'echo remove /devices/hub >/proc/$watcher/fd/3',
    ],
    [
      'a disc is to be ejected',
      'echo cd sdx',
      'echo eject /devices/hub/block/sdx >/proc/$watcher/fd/3',
    ],
    [
      'a changed disc cannot be read',
      'echo cd sdx',
      'echo changed /devices/hub/block/sdx >/proc/$watcher/fd/3',
    ],
    ['it was gone before the watching', 'echo disk sdy', ':'],
    ['it was gone without a name', 'echo gone 8:16', ':'],
  ])('when %s', async (_, answer, events) => {
    await run(answer, events);
    expect(await left('verb')).toBe('poweroff --and-more\n');
    const mounts = await left('mountinfo');
    expect(mounts).toMatch(/ \/ \/ .* - tmpfs shutdownramfs /);
    expect(mounts).toMatch(/ \/ \/oldroot .* - tmpfs root /);
    expect(mounts).not.toContain('systemd-shutdown');
    expect(await left('drop_caches')).toBe('untouched\n');
  });
});

test('a first process that does not go down is done without', async () => {
  await run('echo disk sdx', `trap '' 48; ${removed}`);
  expect(await left('verb')).toBe('there is no verb');
  expect(await left('kmsg')).toContain('switching off');
  expect(await left('secret')).toBe('emptied\n');
  expect(await left('drop_caches')).toBe('3\n');
});

describe('the machine stays on', () => {
  const stop = '"$busybox" sleep 3; kill $watcher';
  test.each([
    ['there is no medium', 'echo memory', ':', '0', 'lies in memory'],
    ['the medium cannot be told', 'echo why; exit 1', ':', '3', 'cannot tell the medium, .*: why'],
    ['the program fails', 'echo gone; exit 139', ':', '3', 'cannot tell the medium'],
    ['what is said to be gone is there', 'echo gone sdx', ':', '3', 'cannot tell the medium'],
    ['nothing happens', 'echo disk sdx', stop, '143', 'watching the medium: sdx'],
    [
      'something else is removed',
      'echo disk sdx',
      `echo remove /devices/hub/block/sd >/proc/$watcher/fd/3; ${stop}`,
      '143',
      'watching',
    ],
    [
      'a changed disc can be read',
      'echo cd sdx',
      `echo disc >/dev/sdx; echo changed /devices/hub/block/sdx >/proc/$watcher/fd/3; ${stop}`,
      '143',
      'watching',
    ],
  ])('when %s', async (_, answer, events, status, said) => {
    await run(answer, events);
    expect(await left('kmsg')).toMatch(new RegExp(said));
    expect(await left('status')).toBe(`${status}\n`);
    expect(await left('verb')).toBe('there is no verb');
  });
});
