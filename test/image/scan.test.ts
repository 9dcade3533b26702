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

/** What the command prints and its exit status. */
async function scanCommand(...words: readonly string[]) {
  const entry = join(import.meta.dirname, '../../src/main.ts');
  const result = await execa(process.execPath, [entry, 'scan', ...words], { reject: false });
  return { status: result.exitCode, out: result.stdout, errors: result.stderr };
}

/** Dumps a machine that was never started, with a file's content at physical addresses of its memory. */
async function dumpMachine(
  dump: string,
  file: string,
  addresses: readonly number[],
): Promise<void> {
  const commands = [
    { execute: 'qmp_capabilities' },
    { execute: 'dump-guest-memory', arguments: { paging: false, protocol: `file:${dump}` } },
    { execute: 'quit' },
  ];
  await execa(
    'qemu-system-x86_64',
    [
      ['-S', '-nodefaults', '-display', 'none', '-accel', 'tcg', '-qmp', 'stdio'],
      // Little memory, and half of it above 4 GiB all the same.
      ['-m', '64M', '-machine', 'pc,max-ram-below-4g=32M'],
      addresses.flatMap((address) => [
        '-device',
        `loader,file=${file},addr=${address},force-raw=on`,
      ]),
    ].flat(),
    { input: commands.map((command) => `${JSON.stringify(command)}\n`).join('') },
  );
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

describe('the command', () => {
  test("tells physical addresses in QEMU's dump of a machine", async () => {
    const [dump, key] = [join(folder, 'machine.elf'), join(folder, 'key')];
    await writeFile(key, noise(64, 14));
    await dumpMachine(dump, key, [0x10_0401, 0x1_0000_1003]);
    const { status, out } = await scanCommand(dump, '--key', key);
    expect(status).toBe(1);
    expect(out.split('\n')).toEqual([
      `0x000100401  key ${key}: whole, raw`,
      `0x100001003  key ${key}: whole, raw`,
      expect.stringMatching(/elf, \d+ MiB searched; 2 finds of given keys \(2 whole\), 0 sch/),
    ]);
  });

  test('says by its exit status that it found nothing, and shows progress', async () => {
    const dump = join(folder, 'dump');
    await writeFile(dump, noise(length, 15));
    const { status, errors } = await scanCommand(dump);
    expect(status).toBe(0);
    expect(errors).toContain('scan: 100 % of 16 MiB');
  });

  test.each([
    ['an option it does not know', ['dump', '--bogus'], /Unknown argument: bogus/],
    ['no dump', [], /Not enough/],
    ['a dump that is not there', ['/absent'], /read dump \/absent: ENOENT/],
  ])('ends with 2 for %s', async (_, words, message) => {
    expect(await scanCommand(...words)).toMatchObject({
      status: 2,
      out: '',
      errors: expect.stringMatching(message),
    });
  });
});
