/**
 * The stick a live system is started from: a FAT with /live, and behind it a LUKS volume for what a user
 * wants to keep. Nothing is mounted on this machine to make it.
 */
import { mkdir, open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { built } from './build-cache.ts';
import { makeSquashfs, type LiveRoot } from './live-root.ts';
import { inspectDisks, start } from './short-machine.ts';
import type { StackDisks } from './stack-disks.ts';

export interface LiveStick {
  /** A raw image, not to be written to. */
  readonly path: string;
  /** Of the LUKS volume, as lower-case hex. */
  readonly volumeKey: string;
}

const mib = 2 ** 20;
const persistenceMib = 96;
/** For the layer a test adds. */
const spareMib = 160;
/** Names them all, the lowest first, else live-boot sorts them (9990-overlay.sh). */
const layers = ['filesystem.squashfs', 'exitrd.squashfs'] as const;

/** Without an exitrd, and with room for one. */
export async function liveStick(root: LiveRoot): Promise<LiveStick> {
  const stack = await readFile(join(import.meta.dirname, 'guest/stack/live-stick'), 'utf8');
  const recipe = { squashfs: root.squashfs, stack, persistenceMib, spareMib, layout: 1 };
  const directory = await built('live-stick', recipe, async (directory) => {
    const stick = join(directory, 'D1');
    const fatMib = Math.ceil((await stat(root.squashfs)).size / mib) + spareMib;
    await partition(stick, fatMib);
    await writeFile(join(directory, 'D2'), Buffer.alloc(mib));
    const fat = `${stick}@@${mib}`;
    await execa('mformat', ['-i', fat, '-F', '-T', `${fatMib * 2048}`, '-v', 'LIVE', '::']);
    await execa('mmd', ['-i', fat, '::/live']);
    await copyIn(stick, root.squashfs, layers[0]);
    await listLayers(directory, stick, layers.slice(0, 1));
    const disks: StackDisks = { directory, format: 'raw' };
    await using machine = await start(disks, 'kept', 'live-stick', 'mode=fill', []);
    await machine.waitForEnd(240);
    await machine.quit();
    const { keys } = await inspectDisks('live-stick', disks);
    await writeFile(join(directory, 'volume-key'), keys.join('\n'));
  });
  const volumeKey = await readFile(join(directory, 'volume-key'), 'utf8');
  return { path: join(directory, 'D1'), volumeKey };
}

/** A copy of the stick in this directory whose system has what is in the payload above all else. */
export async function stickWithLayer(
  stick: LiveStick,
  directory: string,
  payload: string,
): Promise<LiveStick> {
  const path = join(directory, 'stick');
  await execa('cp', ['--sparse=always', stick.path, path]);
  const layer = join(directory, layers[1]);
  await makeSquashfs(payload, layer);
  await copyIn(path, layer, layers[1]);
  await listLayers(directory, path, layers);
  return { ...stick, path };
}

/** The same system as a disc, for a machine that has the stick too, for what persists. */
export async function liveDisc(
  root: LiveRoot,
  directory: string,
  payload: string | undefined,
): Promise<string> {
  const live = join(directory, 'disc/live');
  await mkdir(live, { recursive: true });
  await execa('cp', [root.squashfs, join(live, layers[0])]);
  if (payload !== undefined) await makeSquashfs(payload, join(live, layers[1]));
  const names = payload === undefined ? layers.slice(0, 1) : layers;
  await writeFile(join(live, 'filesystem.module'), names.map((name) => `${name}\n`).join(''));
  const disc = join(directory, 'disc.iso');
  await execa('xorriso', ['-as', 'mkisofs', '-quiet', '-R', '-o', disc, join(live, '..')]);
  return disc;
}

async function copyIn(stick: string, file: string, name: string): Promise<void> {
  await execa('mcopy', ['-o', '-i', `${stick}@@${mib}`, file, `::/live/${name}`]);
}

async function listLayers(directory: string, stick: string, names: readonly string[]) {
  const list = join(directory, 'filesystem.module');
  await writeFile(list, names.map((name) => `${name}\n`).join(''));
  await copyIn(stick, list, 'filesystem.module');
}

/** Two primary partitions of an MBR, the first a mebibyte from the start. */
async function partition(path: string, fatMib: number): Promise<void> {
  const table = Buffer.alloc(512);
  const sizes = [
    { type: 0x0c, startMib: 1, sizeMib: fatMib },
    { type: 0x83, startMib: 1 + fatMib, sizeMib: persistenceMib },
  ];
  for (const [index, { type, startMib, sizeMib }] of sizes.entries()) {
    const entry = table.subarray(446 + 16 * index);
    entry[4] = type;
    entry.writeUInt32LE((startMib * mib) / 512, 8);
    entry.writeUInt32LE((sizeMib * mib) / 512, 12);
  }
  table.writeUInt16LE(0xaa55, 510);
  await using file = await open(path, 'w');
  await file.write(table);
  await file.truncate((1 + fatMib + persistenceMib) * mib);
}
