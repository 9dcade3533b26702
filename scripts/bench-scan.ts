#!/usr/bin/env node
/**
 * Times `shutdownramfs scan` (dist/shutdownramfs) against Debian's aeskeyfind on one dump, turn by
 * turn, and prints medians. The dump is a quarter each of zeros, text, machine code and random
 * bytes, in runs of 1 MiB, with schedules planted at odd offsets.
 *
 * Usage: scripts/bench-scan.ts [MIB [ROUNDS]]
 */
import { randomBytes, randomFillSync } from 'node:crypto';
import { mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { encryptionSchedule } from '../src/scan/aes-schedule.ts';

const top = join(import.meta.dirname, '..');
const program = join(top, 'dist/shutdownramfs');
const mebibytes = Number(process.argv[2] ?? 512);
const rounds = Number(process.argv[3] ?? 5);
const run = 1 << 20;

const folder = await mkdtemp(join(tmpdir(), 'bench-scan-'));
try {
  const dump = join(folder, 'dump');
  const [key, marker] = [join(folder, 'key'), join(folder, 'marker')];
  await writeFile(key, randomBytes(64));
  await writeFile(marker, randomBytes(4 * run));
  await makeDump(dump);
  await compare({
    aeskeyfind: ['aeskeyfind', '-q', dump],
    scan: [program, 'scan', dump],
    'scan, a key and 4 MiB of marker': [program, 'scan', dump, '--key', key, '--marker', marker],
    'scan, these alone': [program, 'scan', dump, '--no-unknown', '--key', key, '--marker', marker],
  });
} finally {
  await rm(folder, { recursive: true });
}

async function makeDump(path: string): Promise<void> {
  const code = await readFile(process.execPath);
  const text = await readFile(join(top, 'package-lock.json'));
  const file = await open(path, 'w');
  for (let index = 0; index < mebibytes; index++) {
    const memory = Buffer.alloc(run);
    if (index % 4 === 1) memory.fill(text);
    if (index % 4 === 2) code.copy(memory, 0, (index * run) % (code.length - run));
    if (index % 4 === 3) randomFillSync(memory);
    if (index % 64 === 3) {
      memory.set(encryptionSchedule(randomBytes(16)), 12_345);
      memory.set(encryptionSchedule(randomBytes(32)), 654_321);
    }
    await file.write(memory);
  }
  await file.close();
}

async function compare(commands: Readonly<Record<string, readonly string[]>>): Promise<void> {
  const seconds = new Map<string, number[]>(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, [command, ...words]] of Object.entries(commands)) {
      const { durationMs } = await execa(command!, words, { reject: false, stderr: 'ignore' });
      seconds.get(name)!.push(durationMs / 1000);
    }
  }
  const reference = median(seconds.get('aeskeyfind')!);
  process.stdout.write(`${mebibytes} MiB, median of ${rounds} rounds\n`);
  for (const [name, times] of seconds) {
    const time = median(times);
    const ratio = (reference / time).toFixed(1);
    process.stdout.write(
      `${time.toFixed(2).padStart(7)} s  ${ratio.padStart(5)} times as fast  ${name}\n`,
    );
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >>> 1]!;
}
