/**
 * The ladder for a crypt device that cannot be closed: suspend, wipe the key, put an error table in its place so that
 * whatever still hangs on it fails instead of blocking. Devices that do not lie on each other are wiped side by side.
 *
 * Never with the file system frozen, as dmsetup does by itself: freezing waits for the disk, cannot be killed, and holds
 * the lock without which nobody else can suspend the device (dm_suspend() in drivers/md/dm.c), so the key would
 * stay. What is on it was flushed before. Any suspension waits until the disk has answered what it was asked; where
 * it does not answer, what lies between is given an error table.
 *
 * Sources: dm-crypt's `key wipe` message (drivers/md/dm-crypt.c), dmsetup(8).
 */
import type { CloseCrypt, RemoveDeviceMapper, TeardownPlan, TeardownStep } from '../plan/plan.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Budget } from './budget.ts';
import { wipeKeyByOurselves } from './device-mapper-child.ts';
import { layersBelow } from './layers-below.ts';
import type { Run } from './execute-plan.ts';
import { untrue } from './perform-step.ts';
import { readNow } from './read-now.ts';
import type { CommandOutcome } from './run-with-deadline.ts';
import { dmsetupWords, lockDriveCommand } from './step-command.ts';

export interface KeyWipe {
  readonly name: string;
  readonly wiped: boolean;
  /** What stood in the way when it was not. */
  readonly reason: string;
}

/** dm-integrity has no message for its key, which goes with the table; suspending writes its journal. */
type KeyedStep = CloseCrypt | RemoveDeviceMapper;

/** What is on its way to the disk is data, so it has time, as long as any disk answers. */
const suspendDeadline = 15_000;
const suspendInReserve = 2_000;
const suspendIdle = 4_000;
const messageDeadline = 2_000;
const lockDeadline = 5_000;
const ownDeadline = 5_000;
/** Of a device's commands, how many may hang one after the other: dmsetup's, or when those did nothing our own. */
const commandsOfOne = 3;

export async function wipeKeys(
  snapshot: Snapshot,
  plan: TeardownPlan,
  budget: Budget,
  run: Run,
): Promise<readonly KeyWipe[]> {
  const below = keysBelow(plan);
  const attempt = (step: KeyedStep, keysAfter: number) =>
    wipeKey(step, { budget, run, commandsAfter: keysAfter * commandsOfOne });
  const first = await upperFirst(plan, (step) => attempt(step, below.get(step.id) ?? 0));
  const cut = new Map<string, Promise<CommandOutcome>>();
  const cutOff = (name: string) => {
    const done = cut.get(name) ?? replaceTable(name, budget, run);
    cut.set(name, done);
    return done;
  };
  // Only when every other device has had its turn: what lies below may be theirs too.
  return await Promise.all(
    [...first].map(async ([step, wipe]) => {
      let last = wipe;
      for (const name of layersBelow(snapshot, step.device)) {
        if (last.wiped) break;
        await cutOff(name);
        last = await attempt(step, 0);
      }
      return last;
    }),
  );
}

/** A device when those are done that must go before it. */
async function upperFirst<Result>(
  plan: TeardownPlan,
  perform: (step: KeyedStep) => Promise<Result>,
): Promise<ReadonlyMap<KeyedStep, Result>> {
  const turns = new Map<string, Promise<void>>();
  const results = new Map<KeyedStep, Result>();
  for (const step of plan.waves.flat()) {
    // Of earlier waves.
    const needed = Promise.all(step.needs.flatMap((id) => turns.get(id) ?? []));
    const take = async () => {
      await needed;
      if (isKeyed(step)) results.set(step, await perform(step));
    };
    turns.set(step.id, take());
  }
  await Promise.all(turns.values());
  return results;
}

/** By the step's id, how many devices with keys wait for it, one after the other, so that each has a part of the time. */
function keysBelow(plan: TeardownPlan): ReadonlyMap<string, number> {
  const waiting = new Map<string, number>();
  // Who waits for a step is in a later wave.
  for (const step of plan.waves.flat().toReversed()) {
    const keys = (waiting.get(step.id) ?? 0) + (isKeyed(step) ? 1 : 0);
    for (const id of step.needs) waiting.set(id, Math.max(waiting.get(id) ?? 0, keys));
  }
  return waiting;
}

function isKeyed(step: TeardownStep): step is KeyedStep {
  return step.kind === 'close-crypt' || (step.kind === 'remove-dm' && step.keyed === true);
}

interface Attempt {
  readonly budget: Budget;
  readonly run: Run;
  /** Of others, that may hang when this device is done. */
  readonly commandsAfter: number;
}

async function wipeKey(step: KeyedStep, { budget, run, commandsAfter }: Attempt): Promise<KeyWipe> {
  const { name } = step;
  const lock = step.kind === 'close-crypt' ? lockDriveCommand(step) : undefined;
  const lockTime = budget.reserved(lockDeadline, commandsAfter + commandsOfOne);
  const locked = lock && (await run(lock, lockTime, undefined, suspendIdle));
  const suspended = await run(
    [...dmsetupWords('suspend', '--noflush', '--nolockfs'), name],
    budget.patient(suspendDeadline, suspendInReserve, commandsAfter + commandsOfOne - 1),
    undefined,
    suspendIdle,
  );
  if (suspended.hung === true) return { name, wiped: false, reason: suspended.reason };
  const isSuspended = readSuspended(step);
  const message =
    step.kind === 'close-crypt'
      ? await run(
          [...dmsetupWords('message'), name, '0', 'key', 'wipe'],
          budget.reserved(messageDeadline, commandsAfter + 1),
        )
      : undefined;
  // Replacing the table frees the old one with its key, so that this alone would do.
  const replaced = await replaceTable(name, budget, run, commandsAfter);
  if (locked?.ok === false) return { name, wiped: false, reason: `lock drive: ${locked.reason}` };
  // A tool that says so and did nothing leaves the device as it was.
  const isUntrue = isSuspended === false || (replaced.ok && readSuspended(step) === true);
  const hung = message?.hung === true || replaced.hung === true;
  if (!isUntrue && (message?.ok === true || replaced.ok)) return { name, wiped: true, reason: '' };
  const reason = isUntrue ? `${untrue}, nothing was done` : suspended.reason || replaced.reason;
  if (hung) return { name, wiped: false, reason };
  const deadline = budget.reserved(ownDeadline, commandsAfter);
  const { ok } = await run(wipeKeyByOurselves(step.device), deadline, undefined, suspendIdle);
  return ok ? { name, wiped: true, reason: '' } : { name, wiped: false, reason };
}

/** Undefined where it cannot be told. */
function readSuspended({ device }: KeyedStep): boolean | undefined {
  const text = readNow(`/sys/block/${device}/dm/suspended`)?.trim();
  return text === undefined ? undefined : text === '1';
}

/** With one that answers everything by an error. */
function replaceTable(
  name: string,
  budget: Budget,
  run: Run,
  commandsAfter = 1,
): Promise<CommandOutcome> {
  return run(
    [...dmsetupWords('wipe_table', '--noflush', '--nolockfs'), name],
    budget.reserved(messageDeadline, commandsAfter),
  );
}
