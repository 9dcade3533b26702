/** What is wrong with how a drawn machine went down. Pure: evidence in, complaints out. */
import type { Report } from '../../src/exitrd/report.ts';
import type { Findings } from '../../src/scan/findings.ts';
import { demandsOf, hasToBeClean, mayBeSilent } from './demands.ts';
import { cryptsOf, type DrawnMachine } from './drawn-machine.ts';

export interface Evidence {
  /** How it ended, or why not. */
  readonly end: 'guest-shutdown' | 'guest-reset' | 'halted' | { readonly failed: string };
  /** Since the exitrd was entered. */
  readonly seconds: number;
  /** From the kernel's log, which has room for so much only. */
  readonly report: (Report & { readonly cut?: true }) | undefined;
  /** What was left in memory of the keys, and of keys nobody knows of. */
  readonly memory: Pick<Findings, 'keys' | 'schedules'>;
  /** Crypt devices the kernel had when it was entered. */
  readonly crypts: number;
  /** What the second look at the disks told. */
  readonly findings: readonly DiskFinding[];
}

export type DiskFinding =
  | {
      readonly kind: 'ext4';
      readonly name: string;
      readonly needsRecovery: boolean;
      readonly fsck: number;
      readonly known: Known;
    }
  | { readonly kind: 'vfat'; readonly name: string; readonly fsck: number; readonly known: Known }
  | { readonly kind: 'btrfs'; readonly name: string; readonly check: number; readonly known: Known }
  | { readonly kind: 'unopened'; readonly layer: string };

type Known = 'intact' | 'damaged';

/** How a machine ends that does what it was told. */
export const endOfVerb = {
  poweroff: 'guest-shutdown',
  reboot: 'guest-reset',
  // Nothing was loaded.
  kexec: 'guest-reset',
  halt: 'halted',
} as const;

/** Budget, and the grace of the guard; with one more turn where that has to take over. */
export function longestSeconds({ faults }: DrawnMachine): number {
  if (faults.some((fault) => fault.kind === 'killed' && fault.signal === 'STOP')) return 240;
  return faults.some(({ kind }) => kind === 'killed') ? 200 : 125;
}

/** Empty when all is as it should be. */
export function complaints(machine: DrawnMachine, evidence: Evidence): readonly string[] {
  const ofEnd = complaintsOfAny(machine, evidence);
  return typeof evidence.end === 'string'
    ? [...ofEnd, ...reportComplaints(machine, evidence)]
    : ofEnd;
}

/** Of whatever exitrd it was: end, keys and disks, not what it told. */
export function complaintsOfAny(machine: DrawnMachine, evidence: Evidence): readonly string[] {
  const { end } = evidence;
  if (typeof end !== 'string') return [end.failed, ...keyComplaints(machine, evidence)];
  return [
    ...(end === endOfVerb[machine.verb] ? [] : [`${machine.verb} ended as ${end}`]),
    ...(evidence.seconds <= longestSeconds(machine) ? [] : [`took ${evidence.seconds} s`]),
    ...keyComplaints(machine, evidence),
    ...diskComplaints(machine, evidence),
  ];
}

function keyComplaints(machine: DrawnMachine, { memory, crypts }: Evidence): readonly string[] {
  const drawn = cryptsOf(machine).length;
  return [
    ...(crypts === drawn ? [] : [`${crypts} crypt devices, drawn were ${drawn}`]),
    ...memory.keys.map(({ key, part, shape }) => `key of ${key} in memory: ${part}, ${shape}`),
    ...memory.schedules.map(({ bits }) => `schedule of an unknown key of ${bits} bits in memory`),
  ];
}

export function diskComplaints(
  machine: DrawnMachine,
  { findings }: Pick<Evidence, 'findings'>,
): readonly string[] {
  return [...demandsOf(machine)].flatMap(([id, demand]) => {
    if (demand === 'nothing') return [];
    const finding = findings.find((one) => one.kind !== 'unopened' && one.name === id);
    if (finding === undefined || finding.kind === 'unopened') return [`${id}: not found again`];
    return [...damage(finding), ...(demand === 'clean' ? dirt(finding) : [])].map(
      (text) => `${id}: ${text}`,
    );
  });
}

type FileSystemFinding = Exclude<DiskFinding, { kind: 'unopened' }>;

function damage({ known }: FileSystemFinding): readonly string[] {
  return known === 'intact' ? [] : ['known data damaged'];
}

function dirt(finding: FileSystemFinding): readonly string[] {
  switch (finding.kind) {
    case 'ext4':
      return [
        ...(finding.needsRecovery ? ['ext4 was not unmounted'] : []),
        ...(finding.fsck === 0 ? [] : [`fsck.ext4 exits with ${finding.fsck}`]),
      ];
    case 'vfat':
      return finding.fsck === 0 ? [] : [`fsck.vfat exits with ${finding.fsck}`];
    case 'btrfs':
      return finding.check === 0 ? [] : [`btrfs check exits with ${finding.check}`];
  }
}

/** A report that lies is worse than none. */
function reportComplaints(machine: DrawnMachine, evidence: Evidence): readonly string[] {
  const { report, memory, findings } = evidence;
  if (report === undefined) return mayBeSilent(machine) ? [] : ['no report'];
  const told = new Set([...report.closed, ...report.wiped, ...report.keysRemaining]);
  const dirty = findings.flatMap((one) => (one.kind === 'unopened' ? [] : dirt(one)));
  return [
    ...(report.verb === machine.verb ? [] : [`report has verb ${report.verb}`]),
    ...(report.clean || !hasToBeClean(machine)
      ? []
      : [`report is not clean: left ${report.left.join(', ')}`]),
    ...(report.clean && dirty.length > 0 ? ['report says clean, a disk is not'] : []),
    ...(report.keysRemaining.length > 0 && memory.keys.length === 0
      ? [`report says that keys remain: ${report.keysRemaining.join(' ')}`]
      : []),
    ...(told.size < evidence.crypts && report.cut !== true
      ? [`report tells of ${told.size} keys of ${evidence.crypts}`]
      : []),
  ];
}
