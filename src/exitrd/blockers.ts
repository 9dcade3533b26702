/**
 * Who stands in the way: for each step that could be done but for somebody, the processes, namespaces,
 * devices and parts of the kernel that hold what it is about. Pure.
 */
import { isAtOrBelow, withoutDeletedMark } from '../plan/path.ts';
import type { TeardownPlan, TeardownStep } from '../plan/plan.ts';
import type { BlockDevice, Snapshot } from '../snapshot/snapshot.ts';
import type { StepOutcome } from './perform-step.ts';
import type { Survivor } from './survivors.ts';

export interface Blocker {
  /** The id of the step, `unmount /oldroot`. */
  readonly step: string;
  /** The mount point, swap area or device: `/oldroot`, `dm-0`. */
  readonly object: string;
  /** `held by sleep[123] (fd 3 /oldroot/held)`. */
  readonly by: string;
}

/** What is not in the snapshot. */
export interface BlockerFacts {
  readonly survivors: readonly Survivor[];
  readonly waiting: readonly WaitingProcess[];
  /** Of the types that tell it, file systems that live, by the kernel's name of their device. */
  readonly fileSystems: readonly { readonly fstype: string; readonly device: string }[];
  /** What is used by the kernel for others: files and devices of SCSI targets, as it was told their path. */
  readonly exports: readonly { readonly by: string; readonly path: string }[];
  /** Parts of the kernel that may hold files or devices and do not tell which: `nfsd`. */
  readonly suspects: readonly string[];
}

/** A process that sleeps uninterruptibly, and so outlives SIGKILL. */
export interface WaitingProcess {
  readonly processId: number;
  readonly name: string;
  readonly words: readonly string[];
  /** The function of the kernel; empty where that is not told. */
  readonly where: string;
}

/** @param failures with the reasons of the steps that were tried. */
export function nameBlockers(
  left: TeardownPlan,
  failures: readonly StepOutcome[],
  snapshot: Snapshot,
  facts: BlockerFacts,
): readonly Blocker[] {
  const steps = left.waves.flat();
  const ids = new Set(steps.map(({ id }) => id));
  const reasons = new Map(failures.map(({ step, reason }) => [step.id, reason]));
  return steps
    .filter(({ needs }) => !needs.some((id) => ids.has(id)))
    .flatMap((step) => {
      const known = findHolders(step, snapshot, facts);
      const reason = reasons.get(step.id);
      const by = known.length > 0 ? known : nobodySeen(reason, facts.suspects);
      return by.map((holder) => ({ step: step.id, object: objectOf(step), by: holder }));
    });
}

export function describeBlocker({ step, by }: Blocker): string {
  return `${step}: ${by}`;
}

/** The survivors that hold the mount point or the device that a step is about. */
export function holdersOfStep(
  step: TeardownStep,
  snapshot: Snapshot,
  survivors: readonly Survivor[],
): readonly { readonly survivor: Survivor; readonly blocker: Blocker }[] {
  const device = deviceOf(step, snapshot);
  const ways = (survivor: Survivor) =>
    step.kind === 'unmount'
      ? waysToHoldMount(step.target, survivor)
      : waysToHoldDevice(device, survivor);
  return survivors.flatMap((survivor) =>
    ways(survivor).map((by) => ({
      survivor,
      blocker: { step: step.id, object: objectOf(step), by },
    })),
  );
}

/** The survivors that have a device open, or have it mounted where we see nothing of it. */
export function holdersOfDevice(
  device: BlockDevice,
  survivors: readonly Survivor[],
): readonly Survivor[] {
  return survivors.filter((survivor) => waysToHoldDevice(device, survivor).length > 0);
}

function waysToHoldMount(target: string, survivor: Survivor): readonly string[] {
  const hold = survivor.holds.find(({ path }) => isAtOrBelow(withoutDeletedMark(path), target));
  return hold === undefined ? [] : [`held by ${nameOf(survivor)} (${hold.how} ${hold.path})`];
}

function waysToHoldDevice(device: BlockDevice | undefined, survivor: Survivor): readonly string[] {
  if (device === undefined) return [];
  const who = nameOf(survivor);
  const nodes = nodesOf(device);
  const open = survivor.holds.find(({ path }) => nodes.some((node) => path.endsWith(node)));
  if (open !== undefined) return [`held by ${who} (${open.how} ${open.path})`];
  const mount = survivor.otherMounts?.find(
    ({ devnum, source }) => devnum === device.devnum || nodes.some((node) => source.endsWith(node)),
  );
  return mount === undefined ? [] : [`mounted at ${mount.target} in the mount namespace of ${who}`];
}

function findHolders(
  step: TeardownStep,
  snapshot: Snapshot,
  facts: BlockerFacts,
): readonly string[] {
  const holders = holdersOfStep(step, snapshot, facts.survivors).map(({ blocker }) => blocker.by);
  const unmounted = step.kind === 'unmount' ? step.target : undefined;
  const device = deviceOf(step, snapshot);
  const names = namesOf(step, device);
  const waiting = facts.waiting
    .filter(({ words }) => words.some((word) => names.includes(word)))
    .map((one) => `no answer to ${nameOf(one)}, which waits in the kernel${inWords(one.where)}`);
  const exported = facts.exports
    .filter(({ path }) =>
      unmounted === undefined
        ? nodesOf(device).some((node) => path.endsWith(node))
        : isAtOrBelow(path, unmounted) || isAtOrBelow(`/oldroot${path}`, unmounted),
    )
    .map(({ by, path }) => `held by the kernel itself: ${by} (${path})`);
  const above = device === undefined ? [] : holdersAbove(device, snapshot, facts);
  return [...holders, ...waiting, ...exported, ...above];
}

/** What is on a device although no step is about it. */
function holdersAbove(
  device: BlockDevice,
  snapshot: Snapshot,
  facts: BlockerFacts,
): readonly string[] {
  const files = facts.fileSystems
    .filter((one) => one.device === device.name)
    .map(({ fstype }) => {
      const mount = snapshot.mounts.find(({ devnum }) => devnum === device.devnum);
      const where = mount === undefined ? 'nowhere that can be seen' : `at ${mount.target}`;
      return `held by its ${fstype}, mounted ${where}`;
    });
  const loops = snapshot.devices
    .filter(({ loop }) => nodesOf(device).some((node) => loop?.backingFile.endsWith(node) === true))
    .map(({ name }) => `held by ${name}`);
  return [...device.holders.map((name) => `held by ${name}`), ...loops, ...files];
}

/** Only who says that it is busy is held by somebody. */
function nobodySeen(reason: string | undefined, suspects: readonly string[]): readonly string[] {
  if (reason === undefined || !/busy|in use/i.test(reason)) return [];
  const guess = suspects.length === 0 ? '' : ` (perhaps ${suspects.join(', ')})`;
  return [`held by nobody that can be seen: the kernel itself${guess}`];
}

function inWords(where: string): string {
  return where === '' ? '' : ` (${where})`;
}

function nameOf({ name, processId }: Pick<Survivor, 'name' | 'processId'>): string {
  return `${name}[${processId}]`;
}

function objectOf(step: TeardownStep): string {
  switch (step.kind) {
    case 'unmount':
      return step.target;
    case 'move-mount':
      return step.from;
    case 'disable-swap':
      return step.path;
    case 'dissolve-group':
      return step.name;
    default:
      return step.device;
  }
}

function deviceOf(step: TeardownStep, snapshot: Snapshot): BlockDevice | undefined {
  return 'device' in step ? snapshot.devices.find(({ name }) => name === step.device) : undefined;
}

/** As tools are told of it. */
function namesOf(step: TeardownStep, device: BlockDevice | undefined): readonly string[] {
  switch (step.kind) {
    case 'unmount':
      return [step.target];
    case 'move-mount':
      return [step.from];
    case 'disable-swap':
      return [step.path, ...(device === undefined ? [] : [`/dev/${device.name}`])];
    case 'dissolve-group':
      return [step.name, ...step.devices.map((name) => `/dev/${name}`)];
    default:
      return [
        ...(device === undefined ? [] : [`/dev/${device.name}`]),
        ...('name' in step ? [step.name] : []),
      ];
  }
}

/** The ends of paths that name a device, whatever the root they are seen from. */
function nodesOf(device: BlockDevice | undefined): readonly string[] {
  if (device === undefined) return [];
  const mapped = device.dm === undefined ? [] : [`/dev/mapper/${device.dm.name}`];
  return [`/dev/${device.name}`, ...mapped];
}
