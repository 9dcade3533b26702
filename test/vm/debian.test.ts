/**
 * Debian 13 with ext4 on LVM on LUKS2 on RAID1, shut down by its own systemd: what its memory holds of
 * what its user had written, and of the volume's key.
 */
import { beforeAll, expect, test } from 'vitest';
import { manifestPath, type ImageManifest } from '../../src/image/image-manifest.ts';
import type { FeatureSurvey } from '../../src/image/survey-features.ts';
import { startDebian, type DebianMachine } from '../support/debian-machine.ts';
import { debianDisks, debianRoot } from '../support/debian-root.ts';
import { exitrdReport } from '../support/exitrd-report.ts';
import { remains, type Secrets } from '../support/guest-memory.ts';
import { installedPayload } from '../support/installed-payload.ts';
import { allStart, programProbes } from '../support/program-probes.ts';
import { plantSecrets } from '../support/planted-secrets.ts';
import { inspectDisks } from '../support/short-machine.ts';
import { scratchDirectory } from '../support/scratch-directory.ts';

let payload: string;
beforeAll(async () => {
  const directory = await scratchDirectory();
  const root = await debianRoot();
  await debianDisks(root);
  payload = await installedPayload(directory.path, root.tarball);
  return async () => {
    await directory[Symbol.asyncDispose]();
  };
});

const everywhere = { 'page cache of root': 1, tmpfs: 1, '/tmp': 1, process: 1 };
const nowhere = { 'page cache of root': 0, tmpfs: 0, '/tmp': 0, process: 0 };

test('without an exitrd the key and most of what was written stay in memory', async () => {
  await using debian = await startDebian();
  await debian.waitForSystem();
  const secrets = await plantSecrets(debian);
  expect(await found(debian, secrets)).toStrictEqual({ key: 4, ...everywhere });
  debian.shell.begin('systemctl poweroff');
  await debian.machine.waitForEnd(180);
  // systemd unmounts /tmp, and the kernel zeroes what a process and a file system free.
  const released = { '/tmp': 0, process: 0 };
  expect(await found(debian, secrets)).toStrictEqual({ key: 4, ...everywhere, ...released });
});

test('power-off leaves neither the key nor anything that was written', async () => {
  await using debian = await startDebian({ payload });
  await install(debian);
  const secrets = await plantSecrets(debian);
  expect(await found(debian, secrets)).toStrictEqual({ key: 4, ...everywhere });
  debian.shell.begin('systemctl poweroff');
  expect((await debian.machine.waitForEnd(240)).reason).toBe('guest-shutdown');
  const report = exitrdReport(debian.machine.console.lines().join('\n'));
  expect(report).toMatchObject({ verb: 'poweroff', clean: true, closed: ['crypt0'], left: [] });
  expect(await found(debian, secrets)).toStrictEqual({ key: 0, ...nowhere });
  await expectCleanDisks(debian);
});

test('reboot comes back with the exitrd filled, and a paused power-off can be looked at', async () => {
  await using debian = await startDebian({ payload, onReset: 'boot' });
  const { machine, shell } = debian;
  await install(debian);
  shell.begin('systemctl reboot');
  await machine.console.waitForLine(/shutdownramfs: old root freed, 1 key wiped, 0 left/, 180);
  await machine.console.waitForLine(/reboot: Restarting system/, 30);
  await debian.waitForSystem();
  await showEverything(debian);
  expect(await shell.run('systemctl is-active shutdownramfs.service')).toBe('active\n');
  await expectPrograms(debian);
  await expectDetection(debian);
  await expectStatus(debian);

  const secrets = await plantSecrets(debian);
  await shell.run('mkdir -p /run/shutdownramfs && echo pause:600 >/run/shutdownramfs/debug');
  shell.begin('systemctl poweroff');
  await machine.console.waitForLine(/memory can be dumped now: going on in 600 s/, 240);
  expect(await found(debian, secrets)).toStrictEqual({ key: 0, ...nowhere });
  machine.type('\r');
  expect((await machine.waitForEnd(60)).reason).toBe('guest-shutdown');
  await expectCleanDisks(debian);
});

test('the runtime killed, the key goes all the same', async () => {
  await using debian = await startDebian({ payload });
  await install(debian);
  const secrets = await plantSecrets(debian);
  await debian.shell.run(killer);
  debian.shell.begin('systemctl poweroff');
  expect((await debian.machine.waitForEnd(300)).reason).toBe('guest-shutdown');
  const log = debian.machine.console.lines().join('\n');
  expect(log).toContain('the executable is gone or silent: the guard goes on without it');
  expect(log).not.toContain('"version"');
  const { key, 'page cache of root': root } = await found(debian, secrets);
  expect({ key, root }).toStrictEqual({ key: 0, root: 0 });
  await expectCleanDisks(debian);
});

/** A process that systemd spares and that holds nothing of root, waiting for the executable. */
const killer = `mkdir /run/killer && mount -t tmpfs -o mode=700 killer /run/killer &&
cp /usr/bin/busybox /run/killer/busybox && cat >/run/killer/script <<'END'
while :; do
  for process in /proc/[0-9]*; do
    read -r words <"$process/cmdline"
    case $words in
      /usr/lib/shutdownramfs/shutdown*) kill -9 "\${process#/proc/}" ;;
    esac
  done 2>/dev/null
  usleep 50000
done
END
systemd-run --quiet --unit=killer -p DefaultDependencies=no -p SurviveFinalKillSignal=yes \
  -p IgnoreOnIsolate=yes -p StandardOutput=null -p StandardError=null \
  /run/killer/busybox sh /run/killer/script`;

async function install(debian: DebianMachine): Promise<void> {
  await debian.waitForSystem();
  await debian.shell.run(
    `tar -xf /dev/disk/by-id/virtio-payload -C / && systemctl daemon-reload &&
    systemctl start shutdownramfs.service`,
    240,
  );
  await showEverything(debian);
}

/** As they lie in /run/initramfs; what is mounted to start them there nobody else sees. */
async function inExitrd({ shell }: DebianMachine, script: string): Promise<string> {
  const open = `cd /run/initramfs && for type in squashfs erofs; do
    [ ! -f usr.$type ] || mount -t $type -o loop,ro usr.$type usr; done && mount --rbind /proc proc`;
  return await shell.run(`unshare --mount sh -e <<'END'\n${open}\n${script}\nEND`, 120);
}

/** What `--feature auto` would take on this machine. */
async function expectDetection(debian: DebianMachine): Promise<void> {
  const survey = JSON.parse(
    await inExitrd(debian, 'usr/bin/shutdownramfs features --json'),
  ) as FeatureSurvey[];
  const taken = survey.filter(({ auto }) => auto).map(({ name, reason }) => [name, reason]);
  expect(Object.fromEntries(taken)).toMatchObject({
    crypt: 'the machine has dm-0 (crypt0)',
    lvm: expect.stringMatching(/^the machine has dm-\d \(vg0-(?:root|swap)\)$/),
    md: 'the machine has md0',
    integrity: 'it adds no file',
  });
  const left = survey.filter(({ auto }) => !auto).map(({ name }) => name);
  expect(left).toStrictEqual(['iscsi', 'zfs', 'shell']);
}

/** It ends with status 0 only when all is well. */
async function expectStatus(debian: DebianMachine): Promise<void> {
  const text = await inExitrd(debian, 'usr/bin/shutdownramfs status --json');
  expect(JSON.parse(text)).toMatchObject({
    wipeable: true,
    exitrd: {
      state: 'ready',
      version: expect.any(String) as unknown,
      features: expect.arrayContaining(['crypt']) as unknown,
    },
    // Beside those of the kernel's own, such as that for self-encrypting drives.
    keys: expect.arrayContaining([
      expect.objectContaining({
        kind: 'crypt',
        name: 'crypt0',
        about: expect.stringMatching(/^LUKS2, aes-xts-plain64, /) as unknown,
        wipeable: true,
      }),
    ]) as unknown,
  });
}

async function expectPrograms(debian: DebianMachine): Promise<void> {
  const inside = async (script: string) => await inExitrd(debian, script);
  const manifest = JSON.parse(await inside(`cat .${manifestPath}`)) as ImageManifest;
  const { script, outcomes } = programProbes(manifest, '/run/initramfs');
  expect(outcomes(await inside(`set +e\n${script}`))).toStrictEqual(allStart(manifest));
}

/** The exitrd's report is for the kernel log, of which the console shows only what matters more. */
async function showEverything({ shell }: DebianMachine): Promise<void> {
  await shell.run('echo 8 >/proc/sys/kernel/printk');
}

/** A process' data need not begin with a page, where one of the 64 pieces is torn. */
async function found(
  debian: DebianMachine,
  secrets: Secrets,
): Promise<Readonly<Record<string, number>>> {
  const parts = Object.entries(await remains(debian.machine, secrets));
  return Object.fromEntries(
    parts.map(([name, part]) => [name, name !== 'key' && part > 0.98 ? 1 : part]),
  );
}

async function expectCleanDisks(debian: DebianMachine): Promise<void> {
  await debian.machine.quit();
  const { findings } = await inspectDisks('debian', debian.disks);
  expect(findings.filter(({ kind }) => kind !== 'key')).toStrictEqual([
    { kind: 'member', device: '/dev/vda', state: 'clean' },
    { kind: 'member', device: '/dev/vdb', state: 'clean' },
    { kind: 'array', name: 'md0', degraded: 0, syncAction: 'idle' },
    {
      kind: 'ext4',
      name: 'root',
      state: 'clean',
      needsRecovery: false,
      fsck: 0,
      known: 'intact',
    },
  ]);
}
