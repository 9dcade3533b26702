#!/usr/bin/env node
/**
 * Pulls a live system's stick, again and again, at random moments and while the system does this or that;
 * each time its memory is searched when it has ended itself. Words: how many times (default 20);
 * `--seed` of an earlier run for the same choices; `--overwrite` for a kernel that zeroes nothing, so
 * that the exitrd has to; `--disc` for a disc in a drive whose button is pressed; `--without` for the system without us, which is to fail; `--logs` for a
 * directory in which to keep the consoles' logs.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { reasonOf } from '../src/failure.ts';
import { remains } from '../test/support/guest-memory.ts';
import { installedPayload } from '../test/support/installed-payload.ts';
import { startLive, type LiveMachine } from '../test/support/live-machine.ts';
import { liveRoot } from '../test/support/live-root.ts';
import { plantLiveSecrets } from '../test/support/live-secrets.ts';
import { liveDisc, liveStick, stickWithLayer } from '../test/support/live-stick.ts';
import { randomNumbers } from '../test/support/random-numbers.ts';
import { scratchDirectory } from '../test/support/scratch-directory.ts';
import {
  businesses,
  pullStick,
  waitForWatcher,
  type Business,
} from '../test/support/stick-pull.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    overwrite: { type: 'boolean', default: false },
    without: { type: 'boolean', default: false },
    disc: { type: 'boolean', default: false },
    logs: { type: 'string' },
  },
});
const pulls = Number(positionals[0] ?? 20);
const seed = Number(values.seed ?? Date.now() % 2 ** 32);
const random = randomNumbers(seed);
const longestDelay = 20;
const limitSeconds = 30;

interface Row {
  readonly business: Business;
  readonly delay: number;
  readonly end: string;
  readonly found: string;
  readonly clean: boolean;
}

await using scratch = await scratchDirectory();
const root = await liveRoot();
let stick = await liveStick(root);
const payload = values.without
  ? undefined
  : await installedPayload(scratch.path, root.tarball, ['--watch-medium']);
if (payload !== undefined) stick = await stickWithLayer(stick, scratch.path, payload);
const disc = values.disc ? await liveDisc(root, scratch.path, payload) : undefined;
if (values.logs !== undefined) await mkdir(values.logs, { recursive: true });

process.stdout.write(`${pulls} pulls, seed ${seed}\n`);
const kinds = Object.keys(businesses) as Business[];
let dirty = 0;
for (let number = 1; number <= pulls; number += 1) {
  const business = kinds[Math.floor(random() * kinds.length)] ?? 'idle';
  const delay = random() * longestDelay;
  const row = await pullOnce(number, business, delay);
  if (!row.clean) dirty += 1;
  const cells = [
    `${number}`.padStart(3),
    business.padEnd(8),
    `after ${delay.toFixed(1)} s`.padEnd(13),
  ];
  cells.push(row.end.padEnd(30), row.found, row.clean ? '' : '<- NOT CLEAN');
  process.stdout.write(`${cells.join('  ').trimEnd()}\n`);
}
process.stdout.write(`${pulls - dirty} of ${pulls} clean\n`);
process.exitCode = dirty === 0 ? 0 : 1;

async function pullOnce(number: number, business: Business, delay: number): Promise<Row> {
  await using live = await startLive({
    root,
    stick,
    ...(disc === undefined ? {} : { disc }),
    initOnFree: !values.overwrite,
    commandLine: values.overwrite ? 'shutdownramfs.overwrite=when-needed' : '',
  });
  await live.waitForSystem();
  if (!values.without) await waitForWatcher(live);
  const secrets = await plantLiveSecrets(live, root);
  await live.shell.run('echo 8 >/proc/sys/kernel/printk');
  await live.shell.run(`${businesses[business]}\nsleep ${delay.toFixed(2)}`);
  const end = await ending(live);
  if (values.logs !== undefined) {
    await writeFile(join(values.logs, `${number}.log`), live.machine.console.lines().join('\n'));
  }
  const found = Object.entries(await remains(live.machine, secrets)).filter(([, part]) => part > 0);
  return {
    business,
    delay,
    end: end.text,
    found:
      found.map(([place, part]) => `${place} ${part.toFixed(4)}`).join(', ') || 'nothing found',
    clean: end.inTime && found.length === 0,
  };
}

async function ending(live: LiveMachine): Promise<{ text: string; inTime: boolean }> {
  try {
    const { reason, seconds } = await pullStick(live, values.without ? 120 : 240);
    const inTime = reason === 'guest-shutdown' && seconds < limitSeconds;
    return { text: `${reason} in ${seconds.toFixed(1)} s`, inTime };
  } catch (error) {
    return { text: reasonOf(error).split('\n')[0] ?? '', inTime: false };
  }
}
