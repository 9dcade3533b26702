#!/usr/bin/env node
/**
 * The demonstration: ext4 on LVM on LUKS on RAID1 as root, shut down once by an exitrd that only
 * switches off and once by ours; then the memory of both machines is searched for the volume key.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { ourExitrd } from '../test/support/our-exitrd.ts';
import { abruptExitrd } from '../test/support/peer-exitrd.ts';
import { emptyDisks, inspectDisks, startShortMachine } from '../test/support/short-machine.ts';

const stack = 'B';
const executable = join(import.meta.dirname, '../dist/shutdownramfs');
const directory = await mkdtemp(join(tmpdir(), 'shutdownramfs-demo-'));

try {
  say('The image: this machine’s lvm, cryptsetup and mdadm, what they need, and the executable');
  const image = join(directory, 'exitrd.cpio.zst');
  await execa(executable, ['build', '--output', image, '--verbose'], { stdio: 'inherit' });

  say('First without it: root on RAID1, LUKS and LVM; the machine is just switched off');
  const without = await shutDown(await abruptExitrd());
  say('Now with it');
  await using exitrd = await ourExitrd();
  const withOurs = await shutDown(exitrd.archive);

  say('The verdict');
  const lines = [
    ['', 'switched off', 'shutdownramfs'],
    ['volume key in memory', without.key, withOurs.key],
    ['file systems', without.fileSystems, withOurs.fileSystems],
    ['array', without.array, withOurs.array],
  ];
  for (const [what = '', one = '', other = ''] of lines) {
    process.stdout.write(`${what.padEnd(24)}${one.padEnd(34)}${other}\n`);
  }
  process.exitCode = withOurs.key === 'not found' && without.key !== 'not found' ? 0 : 1;
} finally {
  await rm(directory, { recursive: true, force: true });
}

interface Verdict {
  readonly key: string;
  readonly fileSystems: string;
  readonly array: string;
}

async function shutDown(archive: string): Promise<Verdict> {
  await using disks = await emptyDisks();
  await using machine = await startShortMachine({
    stack,
    disks,
    exitrd: archive,
    memoryMib: 1024,
    commandLine: 'shutdownramfs.debug=verbose',
  });
  await machine.waitForEnd(180);
  await machine.quit();
  const log = machine.console.lines();
  const start = log.findIndex((line) => line.includes('handover: entering the exitrd'));
  for (const line of log.slice(start)) {
    // What the exitrd says reaches the console twice: by itself and by the kernel's log.
    if (line.startsWith('[')) process.stdout.write(`  ${line}\n`);
  }
  const { findings } = await inspectDisks(stack, disks);
  const key = findings.find(({ kind }) => kind === 'key');
  if (key?.kind !== 'key') throw new Error('the disks name no volume key');
  const keyFile = join(directory, 'key');
  await writeFile(keyFile, Buffer.from(key.hex, 'hex'));
  const scan = await execa(
    executable,
    ['scan', machine.memoryFile, '--key', keyFile, '--no-unknown', '--json'],
    { reject: false },
  );
  const found = JSON.parse(scan.stdout) as { readonly keys: readonly unknown[] };
  return {
    key: found.keys.length === 0 ? 'not found' : `found ${found.keys.length} times`,
    fileSystems: findings
      .flatMap((one) =>
        one.kind === 'ext4' ? [one.needsRecovery ? 'need recovery' : one.state] : [],
      )
      .join(', '),
    array: findings.flatMap((one) => (one.kind === 'member' ? [one.state] : [])).join(', '),
  };
}

function say(text: string): void {
  process.stdout.write(`\n== ${text}\n`);
}
