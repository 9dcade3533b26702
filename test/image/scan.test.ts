/** Debian's aeskeyfind as the measure: whatever it finds in a dump, scan finds at the same place. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { encryptionSchedule } from '../../src/scan/aes-schedule.ts';
import { runScan } from '../../src/scan/run-scan.ts';
import { flipBit, noise } from '../unit/scan/memory.ts';

const length = 16 << 20;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scan-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** The keys found, in hexadecimal. aeskeyfind prints one a line and no place. */
async function findWithBoth(memory: Buffer, tolerance: number): Promise<[string[], string[]]> {
  const dump = join(folder, 'dump');
  await writeFile(dump, memory);
  const theirs = await execa('aeskeyfind', ['-q', '-t', String(tolerance), dump]);
  const request = { dump, key: [], marker: [], unknown: true, tolerance, json: true };
  const ours = JSON.parse((await runScan(request)).output) as { schedules: { key: string }[] };
  return [theirs.stdout.split('\n').filter(Boolean), ours.schedules.map(({ key }) => key)];
}

/** Schedules of AES-128 and AES-256 every 8 KiB or so, at every alignment, `flips(n)` bits off. */
function plantSchedules(memory: Buffer, flips: (n: number) => number): void {
  const random = noise(length, 11);
  for (let n = 0, at = 1000; at < length - 1000; n++, at += 8192 + random.readUInt8(n)) {
    const size = n % 2 === 0 ? 16 : 32;
    memory.set(encryptionSchedule(noise(size, n)), at);
    for (let flip = 0; flip < flips(n); flip++) {
      flipBit(memory, at * 8 + (random.readUInt16LE(n * 32 + flip * 2) % (8 * 176)));
    }
  }
}

const text = Buffer.alloc(length, 'It was a dark and stormy night; the rain fell in torrents. ');
const structures = Buffer.from(
  Uint32Array.from({ length: length / 4 }, (_, n) => [n >>> 2, 0xffff8880, n & 0xff, 0][n & 3]!)
    .buffer,
);

describe.each([
  ['random bytes', noise(length, 10)],
  ['zeros', Buffer.alloc(length)],
  ['text', text],
  ['kernel structures', structures],
])('in %s', (_, background) => {
  test.each([
    ['whole', 10, () => 0],
    ['with bits off', 10, (n: number) => n % 8],
    ['with bits off, fewer forgiven', 3, (n: number) => n % 4],
  ])('schedules %s', async (_, tolerance, flips) => {
    const memory = Buffer.from(background);
    plantSchedules(memory, flips);
    const [theirs, ours] = await findWithBoth(memory, tolerance);
    expect(theirs.length).toBeGreaterThan(200);
    expect(new Set(theirs).difference(new Set(ours))).toEqual(new Set());
    expect(ours.length).toBeGreaterThanOrEqual(theirs.length);
  });

  test('nothing is found when nothing is planted', async () => {
    expect(await findWithBoth(background, 10)).toEqual([[], []]);
  });
});
