import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { array, assert, asyncProperty, constantFrom, integer, nat } from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  countScheduleErrors,
  decryptionSchedule,
  encryptionSchedule,
  keyLengths,
} from '../../../src/scan/aes-schedule.ts';
import { isAnythingFound, type Findings } from '../../../src/scan/findings.ts';
import { maximumTolerance } from '../../../src/scan/find-schedules.ts';
import { runScan } from '../../../src/scan/run-scan.ts';
import { searchDump } from '../../../src/scan/search-dump.ts';
import { elfCore, flipBit, noise } from './memory.ts';

const volumeKey = noise(64, 1);
const marker = noise(4096 * 3, 2);
const [dataKey, tweakKey] = [volumeKey.subarray(0, 32), volumeKey.subarray(32)];
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scan-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true });
});

async function scan(
  content: Buffer,
  { key = volumeKey, tolerance = 10 }: { key?: Buffer; tolerance?: number } = {},
): Promise<Findings> {
  const path = join(folder, `dump-${Math.random()}`);
  await writeFile(path, content);
  const keys = [{ name: 'vk', content: key }];
  const markers = [{ name: 'm', content: marker }];
  return (await searchDump(path, { keys, markers, tolerance, chunk: 8192 })).findings;
}

/** Random memory of three chunks with something in it. */
function plant(...things: readonly (readonly [at: number, bytes: Uint8Array])[]): Buffer {
  const memory = noise(3 * 8192 + 123, 3);
  for (const [at, bytes] of things) memory.set(bytes, at);
  return memory;
}

const hexText = (bytes: Buffer) => Buffer.from(bytes.toString('hex'));
const upperHexText = (bytes: Buffer) => Buffer.from(bytes.toString('hex').toUpperCase());

describe('a given key', () => {
  test.each([
    ['whole', 'raw', 4, volumeKey],
    ['first half', 'raw', 2, dataKey],
    ['second half', 'raw', 2, tweakKey],
    ['whole', 'hex', 8, hexText(volumeKey)],
    ['whole', 'HEX', 8, upperHexText(volumeKey)],
    ['second half', 'hex', 4, hexText(tweakKey)],
    ['first half', 'encryption schedule', 15, encryptionSchedule(dataKey)],
    ['second half', 'encryption schedule', 15, encryptionSchedule(tweakKey)],
    ['first half', 'decryption schedule', 15, decryptionSchedule(dataKey)],
  ])('%s, %s', async (part, shape, pieces, bytes) => {
    for (const address of [
      0,
      8191,
      8192 - bytes.length + 1,
      12_345,
      3 * 8192 + 123 - bytes.length,
    ]) {
      const { keys } = await scan(plant([address, bytes]));
      expect(keys).toEqual([{ address, key: 'vk', part, shape, found: pieces, pieces }]);
    }
  });

  test('as the kernel keeps it: both schedules of a tweak key, then of the data key', async () => {
    const [tweak, data] = [tweakKey, dataKey].map((key) =>
      Buffer.concat([encryptionSchedule(key), decryptionSchedule(key)]),
    );
    const { keys, schedules } = await scan(plant([8000, tweak!], [8000 + 0x1f0, data!]));
    expect(keys.map(({ address, part, shape, found }) => [address, part, shape, found])).toEqual([
      [8000, 'second half', 'encryption schedule', 15],
      [8240, 'second half', 'decryption schedule', 15],
      [8496, 'first half', 'encryption schedule', 15],
      [8736, 'first half', 'decryption schedule', 15],
    ]);
    expect(schedules).toEqual([]);
  });

  test('is found though another key contains it', async () => {
    const paths = ['vk', 'half'].map((name) => join(folder, name));
    await writeFile(paths[0]!, volumeKey);
    await writeFile(paths[1]!, tweakKey);
    const dump = join(folder, 'two-keys');
    await writeFile(dump, plant([4000, volumeKey]));
    const request = { dump, key: paths, marker: [], unknown: false, tolerance: 0, json: true };
    expect(JSON.parse((await runScan(request)).output)).toMatchObject({
      keys: [
        { address: 4000, key: paths[0], part: 'whole' },
        { address: 4032, key: paths[1], part: 'whole' },
      ],
    });
  });

  test('with a stretch of zeros counts without them', async () => {
    const key = Buffer.concat([noise(16, 12), Buffer.alloc(16), noise(32, 13)]);
    const { keys } = await scan(plant([1234, key]), { key });
    expect(keys).toMatchObject([{ address: 1234, part: 'whole', found: 3, pieces: 3 }]);
  });

  test('half overwritten, is found in part', async () => {
    const { keys } = await scan(plant([500, volumeKey], [500, noise(20, 4)]));
    expect(keys).toMatchObject([
      { address: 532, part: 'second half', shape: 'raw', found: 2, pieces: 2 },
    ]);
  });
});

describe('an unknown key', () => {
  test.each(keyLengths)('of %i bytes, in steps of a byte and across chunks', async (length) => {
    const key = noise(length, 5);
    for (const address of [0, 1, 2, 3, 8191, 8192 - 100, 3 * 8192 + 123 - 4 * (length + 28)]) {
      const { schedules } = await scan(plant([address, encryptionSchedule(key)]));
      expect(schedules).toEqual([
        { address, bits: length * 8, key: key.toString('hex'), errors: 0 },
      ]);
    }
  });

  test('all zero, is found too', async () => {
    const { schedules } = await scan(plant([2001, encryptionSchedule(new Uint8Array(32))]));
    expect(schedules).toMatchObject([{ address: 2001, bits: 256 }]);
  });

  test('a bit off is too much without tolerance', async () => {
    const memory = plant([2001, encryptionSchedule(noise(16, 6))]);
    flipBit(memory, (2001 + 100) * 8);
    expect((await scan(memory, { tolerance: 0 })).schedules).toEqual([]);
    expect((await scan(memory, { tolerance: 10 })).schedules).toHaveLength(1);
  });
});

describe('a marker', () => {
  const pages = [0, 1, 2].map((page) => marker.subarray(page * 4096, (page + 1) * 4096));

  test('whole, at an odd place', async () => {
    expect((await scan(plant([777, marker]))).markers[0]).toEqual({
      marker: 'm',
      found: 192,
      pieces: 192,
      occurrences: 192,
      first: 777,
    });
  });

  test('of many MiB', async () => {
    const content = noise(16 << 20, 4);
    const path = join(folder, 'large');
    await writeFile(path, content);
    const markers = [{ name: 'large', content }];
    const { findings } = await searchDump(path, { keys: [], markers, tolerance: undefined });
    expect(findings.markers).toMatchObject([{ found: 262_144, pieces: 262_144 }]);
  });

  test('in part, its pages apart and one of them twice', async () => {
    const memory = plant(
      [4096, pages[2]!],
      [12_288, pages[0]!],
      [20_480, pages[2]!.subarray(0, 640)],
    );
    expect((await scan(memory)).markers[0]).toMatchObject({
      found: 128,
      occurrences: 138,
      first: 4096,
    });
  });
});

test('random memory holds nothing', async () => {
  const findings = await scan(noise(4 << 20, 7));
  expect(isAnythingFound(findings)).toBe(false);
  expect(findings).toMatchObject({ keys: [], schedules: [] });
});

test.each([
  ['zeros', Buffer.alloc(1 << 20)],
  ['ones', Buffer.alloc(1 << 20, 0xff)],
  ['text', Buffer.alloc(1 << 20, 'all work and no play makes jack a dull boy\n')],
  ['small numbers', Buffer.from(Uint32Array.from({ length: 1 << 18 }, (_, n) => n % 17).buffer)],
])('%s hold no key', async (_, memory) => {
  expect(isAnythingFound(await scan(memory))).toBe(false);
});

test('a schedule is found, wherever it lies, when no more than the tolerated bits are off', async () => {
  await assert(
    asyncProperty(
      constantFrom(...keyLengths),
      nat({ max: 20_000 }),
      array(nat({ max: 8 * 176 - 1 }), { maxLength: 8 }),
      // No seed of the given key, whose schedules are not listed as unknown.
      integer({ min: 1000 }),
      nat({ max: maximumTolerance }),
      async (length, address, flips, seed, tolerance) => {
        const memory = plant([address, encryptionSchedule(noise(length, seed))]);
        for (const flip of flips) flipBit(memory, address * 8 + flip);
        const view = new DataView(memory.buffer, memory.byteOffset);
        const errors = countScheduleErrors(view, address, length, tolerance);
        const { schedules } = await scan(memory, { tolerance });
        expect(schedules).toMatchObject(
          errors <= tolerance ? [{ address, bits: length * 8, errors }] : [],
        );
      },
    ),
    { numRuns: 300 },
  );
});

describe('an ELF dump', () => {
  test('gives physical addresses', async () => {
    const low = plant([100, volumeKey]);
    const high = plant([8190, encryptionSchedule(dataKey)]);
    const { keys } = await scan(
      elfCore([
        { address: 0x1000, memory: low },
        { address: 0x1_0000_0000, memory: high },
      ]),
    );
    expect(keys.map(({ address }) => address)).toEqual([0x1064, 0x1_0000_1ffe]);
  });

  test('is one stretch where segments touch', async () => {
    const memory = plant([5000, volumeKey]);
    const { keys } = await scan(
      elfCore([
        { address: 0, memory: memory.subarray(0, 5017) },
        { address: 5017, memory: memory.subarray(5017) },
      ]),
    );
    expect(keys).toMatchObject([{ address: 5000, found: 4 }]);
  });

  test.each([
    ['truncated', (dump: Buffer) => dump.subarray(0, -1), /truncated/],
    ['of 32 bits', (dump: Buffer) => dump.fill(1, 4, 5), /64-bit/],
    ['without memory', (dump: Buffer) => dump.fill(6, 120, 121), /without memory/],
    ['with a garbled offset', (dump: Buffer) => dump.fill(0xff, 128, 136), /garbled/],
    ['compressed', () => Buffer.from('KDUMP   '), /compressed/],
  ])('%s is refused', async (_, garble, message) => {
    await expect(scan(garble(elfCore([{ address: 0, memory: noise(512, 8) }])))).rejects.toThrow(
      message,
    );
  });
});

describe('a request', () => {
  const request = { key: [], marker: [], unknown: true, tolerance: 10, json: true };
  test.each([
    ['no dump', { dump: 'absent' }, /read dump absent: ENOENT/],
    ['a folder for a dump', { dump: '/' }, /not a regular file/],
    ['an empty dump', { dump: '/proc/version' }, /it is empty/],
    ['no key', { dump: '/etc/hostname', key: ['absent'] }, /read absent: ENOENT/],
    ['an empty key', { dump: '/etc/hostname', key: ['/dev/null'] }, /nothing to look for/],
    ['a tolerance past reason', { dump: '/etc/hostname', tolerance: 14 }, /0 to 13/],
  ])('with %s is refused', async (_, part, message) => {
    await expect(runScan({ ...request, ...part })).rejects.toThrow(message);
  });

  test('is answered as JSON or text', async () => {
    const path = (name: string) => join(folder, name);
    await writeFile(path('vk'), volumeKey);
    await writeFile(path('marker'), marker);
    await writeFile(
      path('dump'),
      plant([77, encryptionSchedule(dataKey)], [9000, encryptionSchedule(noise(16, 9))]),
    );
    const full = { ...request, dump: path('dump'), key: [path('vk')], marker: [path('marker')] };
    const { output, isFound } = await runScan(full);
    expect(isFound).toBe(true);
    expect(JSON.parse(output)).toMatchObject({
      version: 1,
      format: 'raw',
      isFound,
      keys: [{}],
      schedules: [{}],
    });
    const text = (await runScan({ ...full, json: false })).output.replaceAll(`${folder}/`, '');
    expect(text).toMatchInlineSnapshot(`
      "0x00000004d  key vk: first half, encryption schedule
      0x000002328  AES-128 key schedule of 4738a48f00c8585fb725adef168ca4c0
      marker marker: 0 of 192 pieces
      dump: raw, 1 MiB searched; 1 finds of given keys (1 whole), 1 schedules of unknown keys, 0 of 1 markers; first column: offset
      "
    `);
  });
});
