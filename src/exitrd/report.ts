/** What happened, as data, as one line for a person and as one line for machines. Pure. */
import { classifyDevice } from '../plan/classify-device.ts';
import type { BlockDevice, Snapshot } from '../snapshot/snapshot.ts';
import { describeBlocker } from './blockers.ts';
import type { Erasure } from './erase-freed-memory.ts';
import type { ForgottenKey } from './forget-directory-keys.ts';
import type { FreedMemory } from './freed-memory.ts';
import type { Overwritten } from './overwrite-memory.ts';
import type { HookOutcome } from './run-hooks.ts';
import { stepsLeft, type Teardown } from './tear-down.ts';
import type { KernelKey } from '../snapshot/parse-keys.ts';
import type { Verb } from './verb.ts';
import { crashKernelRemains, type CrashKernelWipe } from './wipe-crash-kernel.ts';
import type { KeyWipe } from './wipe-keys.ts';

const reportVersion = 1;

export interface Report {
  readonly version: typeof reportVersion;
  readonly verb: Verb;
  /** Nothing is left or lost, no key remains, and none had to be wiped. */
  readonly clean: boolean;
  readonly milliseconds: number;
  readonly rounds: number;
  /** Crypt devices that were closed, so that the kernel zeroed their keys. */
  readonly closed: readonly string[];
  /** Crypt devices that stayed, their key wiped. */
  readonly wiped: readonly string[];
  /** Crypt devices whose key may remain in memory; other keys: `logon key vk`, `crash kernel`. */
  readonly keysRemaining: readonly string[];
  /** The steps that were not done. */
  readonly left: readonly string[];
  /** Why, by step: `unmount /oldroot: target is busy`. */
  readonly failures: readonly string[];
  /** Who stood in the way, by step: `unmount /oldroot: held by sleep[123] (fd 3 /oldroot/held)`. */
  readonly blockers: readonly string[];
  /** What could not take any more what was still to be written, and why. Not there where nothing is lost. */
  readonly lost?: readonly string[];
  /** Processes that were killed because they held something. */
  readonly killed: readonly string[];
  /** Memory-backed mount points that could not be emptied. */
  readonly memoryKept: readonly string[];
  /** What the kernel does with memory that is freed. */
  readonly freed: FreedMemory;
  /** Not there where it was not wanted. */
  readonly overwritten?: Overwritten;
  /** `wiped`, or why it was not. Not there where no memory was reserved for one. */
  readonly crashKernel?: string;
  /** `set`, `cleared`, `absent`, or why neither could be done. Not there where it was left alone. */
  readonly memoryOverwriteRequest?: string;
  /** In the order in which they ran. Not there where there are none. */
  readonly hooks?: readonly HookOutcome[];
}

/** What the last minute of the machine left behind. */
export interface Outcome {
  readonly teardown: Teardown;
  readonly wipes: readonly KeyWipe[];
  /** In keyrings. */
  readonly keysLeft: readonly KernelKey[];
  readonly crashKernel: CrashKernelWipe | undefined;
  /** Of directories that their file systems encrypt, in file systems that could not be unmounted. */
  readonly directoryKeys: readonly ForgottenKey[];
  readonly memoryKept: readonly string[];
  readonly erasure: Erasure;
  readonly hooks: readonly HookOutcome[];
}

/** @param hangs commands that did not end, and what they waited for. */
export function reportOf(
  verb: Verb,
  outcome: Outcome,
  milliseconds: number,
  hangs: readonly string[] = [],
): Report {
  const { teardown, wipes, keysLeft, crashKernel, directoryKeys, memoryKept, erasure } = outcome;
  const directoryKeysLeft = directoryKeys.filter(({ refusal }) => refusal !== undefined);
  const { freed, overwritten } = erasure;
  const crashKernelLeft =
    crashKernel && crashKernelRemains(crashKernel, isErased({ freed, overwritten }));
  const wipedNames = new Set(wipes.filter(({ wiped }) => wiped).map(({ name }) => name));
  const present = new Set(teardown.last.devices.flatMap(({ dm }) => (dm ? [dm.name] : [])));
  const keysRemaining = [
    ...keyedNames(teardown.last).filter((name) => !wipedNames.has(name)),
    ...keysLeft.map(describeKey),
    ...directoryKeysLeft.map(({ key }) => `fscrypt key ${key}`),
    ...(crashKernelLeft !== undefined && crashKernel?.keepsKeys === true ? ['crash kernel'] : []),
  ];
  const left = stepsLeft(teardown);
  // What went after a wipe went with whatever could not be written before.
  const isDone = left.length === 0 && keysRemaining.length === 0 && wipes.length === 0;
  const remarks = [
    ...teardown.failures.map(({ step, reason }) => `${step.id}: ${reason}`),
    ...hangs,
    ...wipes
      .filter(({ wiped }) => !wiped)
      .map(({ name, reason }) => `wipe key of ${name}: ${reason}`),
    ...keysLeft.map((key) => `clear keyrings: ${describeKey(key)} of uid ${key.userId} stays`),
    ...directoryKeysLeft.map(
      ({ path, key, refusal }) => `forget fscrypt key ${key} of ${path}: ${refusal}`,
    ),
    ...(crashKernelLeft === undefined ? [] : [`wipe crash kernel: ${crashKernelLeft}`]),
  ];
  return {
    version: reportVersion,
    verb,
    clean: isDone && memoryKept.length === 0 && teardown.lost.length === 0,
    milliseconds: Math.round(milliseconds),
    rounds: teardown.rounds,
    closed: keyedNames(teardown.first).filter((name) => !present.has(name)),
    wiped: [...wipedNames].filter((name) => present.has(name)),
    keysRemaining,
    left,
    failures: isDone ? [] : remarks,
    blockers: [...new Set(teardown.blockers.map(describeBlocker))],
    ...(teardown.lost.length === 0 ? {} : { lost: teardown.lost }),
    killed: teardown.killed.map(({ name, processId }) => `${name}[${processId}]`),
    memoryKept,
    freed,
    ...(overwritten === undefined ? {} : { overwritten }),
    ...(crashKernel === undefined ? {} : { crashKernel: crashKernelLeft ?? 'wiped' }),
  };
}

function describeKey({ type, description }: KernelKey): string {
  return `${type} key ${description}`;
}

export function withRequest(report: Report, memoryOverwriteRequest: string | undefined): Report {
  return memoryOverwriteRequest === undefined ? report : { ...report, memoryOverwriteRequest };
}

export function withHooks(report: Report, hooks: readonly HookOutcome[]): Report {
  return hooks.length === 0 ? report : { ...report, hooks };
}

/** Nothing of what was freed can be read any more. */
export function isErased({ freed, overwritten }: Partial<Erasure>): boolean {
  return freed === 'zeroed' || freed === 'poisoned' || overwritten?.end === 'all';
}

function holdsKey(device: BlockDevice): boolean {
  const teardown = classifyDevice(device);
  if (teardown?.kind === 'remove-dm') return teardown.keyed === true;
  return teardown?.kind === 'close-crypt';
}

function keyedNames(snapshot: Snapshot): readonly string[] {
  return snapshot.devices.flatMap((device) =>
    device.dm !== undefined && holdsKey(device) ? [device.dm.name] : [],
  );
}

export function summaryOf(report: Report): string {
  const seconds = `${describeErasure(report)}, ${(report.milliseconds / 1000).toFixed(1)} s`;
  const keys = report.closed.length + report.wiped.length;
  const wiped = `${keys} ${keys === 1 ? 'key' : 'keys'} wiped`;
  if (report.keysRemaining.length > 0) {
    return `KEY MAY REMAIN: ${report.keysRemaining.join(', ')} (${wiped}, ${report.left.length} left, ${seconds})`;
  }
  const root = report.left.length === 0 ? 'old root freed' : 'old root not freed';
  return `${root}, ${wiped}, ${report.left.length} left, ${seconds}`;
}

function describeErasure({ freed, overwritten }: Report): string {
  if (overwritten !== undefined) {
    const { coveredMib, freeMib, end } = overwritten;
    const whole = end === 'all' ? 'free memory overwritten' : 'free memory overwritten in part';
    return `${whole} (${coveredMib} of ${freeMib} MiB)`;
  }
  return freed === 'zeroed' || freed === 'poisoned'
    ? 'freed memory erased by the kernel'
    : 'freed memory not erased';
}

/**
 * The report with its lists, and long texts in them, cut until its JSON is at most `bytes` long: the kernel
 * log refuses a longer record whole. `cut: true` says that it was.
 */
export function fitReport(report: Report, bytes: number): object {
  if (Buffer.byteLength(JSON.stringify(report)) <= bytes) return report;
  // An entry has three characters at least.
  const start = Math.min(longestList(report), Math.ceil(bytes / 3));
  for (const longest of [Infinity, 120, 60]) {
    for (let most = start; most >= (longest === 60 ? 0 : 2); most -= 1) {
      const fitted = { ...cutLists(report, most, longest), cut: true };
      if (Buffer.byteLength(JSON.stringify(fitted)) <= bytes) return fitted;
    }
  }
  return { version: report.version, verb: report.verb, clean: report.clean, cut: true };
}

function cutLists(report: Report, most: number, longest: number): object {
  return Object.fromEntries(
    Object.entries(report).map(([name, value]: [string, unknown]) => [
      name,
      Array.isArray(value) ? value.slice(0, most).map((item) => cutText(item, longest)) : value,
    ]),
  );
}

function cutText(item: unknown, longest: number): unknown {
  return typeof item === 'string' && item.length > longest ? `${item.slice(0, longest)}…` : item;
}

function longestList(report: Report): number {
  return Math.max(
    ...Object.values(report).map((value) => (Array.isArray(value) ? value.length : 0)),
  );
}
