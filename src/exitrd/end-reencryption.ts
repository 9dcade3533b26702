/**
 * Volumes whose key is just being changed (`cryptsetup reencrypt`, or whoever else uses libcryptsetup for it). Each lies
 * on an overlay, and the part that is being rewritten on a hotzone, suspended for so long: what is written to it must
 * wait, since it would be written with another key than the one that the header names. Whoever does it is asked to stop,
 * which it does behind that part, with all in order. Where it was killed before, what waits must never reach the disk.
 *
 * Source: reencrypt_step() and teardown_overlay_devices() of cryptsetup's lib/luks2/luks2_reencrypt.c.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BlockDevice, DeviceMapperFacts, Snapshot } from '../snapshot/snapshot.ts';
import { holdersOfDevice } from './blockers.ts';
import type { Budget } from './budget.ts';
import type { Run } from './execute-plan.ts';
import type { Journal } from './journal.ts';
import { readState } from './read-process.ts';
import { dmsetupWords } from './step-command.ts';
import { findSurvivors, killSurvivors, type Survivor } from './survivors.ts';

const deadline = 3_000;
/** Milliseconds. A part may have hundreds of megabytes. */
const patience = 20_000;
const pause = 100;

interface Ended {
  /** How it looks after that. */
  readonly snapshot: Snapshot;
  /** What was still to be written and cannot be, each with why. */
  readonly lost: readonly string[];
}

export async function endReencryption(
  snapshot: Snapshot,
  look: () => Promise<Snapshot>,
  budget: Budget,
  run: Run,
  journal: Journal,
): Promise<Ended> {
  if (findReencryptions(snapshot).length === 0) return { snapshot, lost: [] };
  await endWriters(snapshot, budget, journal);
  const found = findReencryptions(await look());
  const lost = await Promise.all(found.map((one) => settle(one, budget, run, journal)));
  return { snapshot: await look(), lost: lost.flat() };
}

/** Whether only its own tool may resume a device. */
export function belongsToReencryption({ name, uuid }: DeviceMapperFacts): boolean {
  return uuid.startsWith(subdevice) && (name.endsWith('-overlay') || hotzoneName.test(name));
}

const subdevice = 'CRYPT-SUBDEV-';
const hotzoneName = /^(?<volume>.*)-hotzone-(?:forward|backward)$/s;

interface Reencryption {
  readonly volume: string;
  readonly hotzone: BlockDevice & { readonly dm: DeviceMapperFacts };
  readonly overlay: DeviceMapperFacts | undefined;
}

function findReencryptions({ devices }: Snapshot): readonly Reencryption[] {
  const helpers = devices.filter(
    (device): device is Reencryption['hotzone'] =>
      device.dm !== undefined && belongsToReencryption(device.dm),
  );
  return helpers.flatMap((hotzone) => {
    const volume = hotzoneName.exec(hotzone.dm.name)?.groups?.['volume'];
    if (volume === undefined) return [];
    const overlay = helpers.find(({ dm }) => dm.name === `${volume}-overlay`)?.dm;
    return [{ volume, hotzone, overlay }];
  });
}

/** They have the disk itself open. */
async function endWriters(snapshot: Snapshot, budget: Budget, journal: Journal): Promise<void> {
  const disks = new Set(findReencryptions(snapshot).flatMap(({ hotzone }) => hotzone.slaves));
  const survivors = await findSurvivors();
  const writers = snapshot.devices
    .filter(({ name }) => disks.has(name))
    .flatMap((disk) => holdersOfDevice(disk, survivors));
  for (const { processId, name } of writers) {
    journal.detail(`ask ${name}[${processId}] to stop reencrypting`);
    try {
      process.kill(processId, 'SIGTERM');
    } catch {
      // ESRCH: gone already.
    }
  }
  const last = Date.now() + budget.deadline(patience);
  let left: readonly Survivor[] = writers;
  while (left.length > 0 && Date.now() < last) {
    await sleep(pause);
    left = left.filter(({ processId }) => readState(processId) !== undefined);
  }
  for (const { name } of await killSurvivors(left)) journal.warn(`${name}: does not die`);
}

/**
 * While the overlay is suspended nothing of the part was rewritten: without the new table that was loaded into it all is
 * as before. Later the part is neither of the old key nor of the new one, until cryptsetup has repaired it.
 */
async function settle(
  { volume, hotzone, overlay }: Reencryption,
  budget: Budget,
  run: Run,
  journal: Journal,
): Promise<readonly string[]> {
  const call = async (verb: string, { name }: DeviceMapperFacts, ...options: string[]) => {
    const { ok, reason } = await run(
      [...dmsetupWords(verb, ...options), name],
      budget.deadline(deadline),
    );
    if (!ok) journal.warn(`${verb} ${name}: ${reason}`);
    return ok;
  };
  if (overlay?.suspended === true) {
    // In this order: what waits in the overlay goes on to the hotzone.
    const cleared = await call('clear', overlay);
    if (cleared && hotzone.dm.suspended) await call('resume', hotzone.dm);
    if (cleared) await call('resume', overlay);
    return [];
  }
  if (!hotzone.dm.suspended) return [];
  await call('wipe_table', hotzone.dm, '--noflush', '--nolockfs');
  const lost = `${volume}: who reencrypted it was killed in the middle`;
  journal.warn(`${lost}; what was still to be written to it is lost`);
  return [lost];
}
