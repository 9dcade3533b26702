/** What an exitrd made of a fault, in the words of the table that sets the exitrds side by side. Pure. */
import type { Fault } from './fault.ts';
import type { Finding } from './short-machine.ts';

export const exitrdNames = ['ours', 'dracut', 'systemd'] as const;
export type ExitrdName = (typeof exitrdNames)[number];

/** One row of test/faults/peers.json. */
export interface PeerOutcome {
  /** The name of a fault of test/faults. */
  readonly fault: string;
  readonly exitrd: ExitrdName;
  /** `hung`: not within `longestSeconds` of being entered. */
  readonly end: 'as told' | 'other verb' | 'hung' | 'kernel panic';
  /** From being entered to the end, or until it was cut off. */
  readonly seconds: number;
  /** Volume keys of which something is in the dump of memory. */
  readonly keysLeft: number;
  /** Of how many. */
  readonly keys: number;
  readonly saved: 'cleanly' | 'all data' | 'data lost' | 'nothing to save';
}

/** Ours ends within 105 s, budget and grace of the guard; who has not by now is cut off. */
export const longestSeconds = 110;

export interface RawOutcome {
  /** The machine's reason to end, or what it was waited for in vain with. */
  readonly end: 'guest-shutdown' | 'guest-reset' | 'halted' | { readonly failed: string };
  readonly seconds: number;
  readonly keys: readonly string[];
  /** Names of the keys that something was found of. */
  readonly found: ReadonlySet<string>;
  readonly findings: readonly Finding[];
}

/** How a machine ends that does what it was told. */
const endOfVerb = {
  poweroff: 'guest-shutdown',
  halt: 'halted',
  reboot: 'guest-reset',
  // Nothing is loaded.
  kexec: 'guest-reset',
} as const;

export function peerOutcome(fault: Fault, exitrd: ExitrdName, raw: RawOutcome): PeerOutcome {
  return {
    fault: fault.name,
    exitrd,
    end: endOf(fault, raw),
    seconds: Math.round(raw.seconds * 10) / 10,
    keysLeft: raw.found.size,
    keys: raw.keys.length,
    saved: savedOf(fault, raw),
  };
}

function endOf({ verb = 'poweroff' }: Fault, { end }: RawOutcome): PeerOutcome['end'] {
  if (typeof end !== 'string') return end.failed.includes('Kernel panic') ? 'kernel panic' : 'hung';
  return end === endOfVerb[verb] ? 'as told' : 'other verb';
}

/** File systems that the fault takes away from everybody do not count. */
function savedOf({ saved, lost = [] }: Fault, { findings }: RawOutcome): PeerOutcome['saved'] {
  if (saved === 'nothing') return 'nothing to save';
  const systems = findings.filter(
    (one) => (one.kind === 'ext4' || one.kind === 'btrfs') && !lost.includes(one.name),
  );
  if (systems.length === 0 || systems.some((one) => 'known' in one && one.known !== 'intact')) {
    return 'data lost';
  }
  const isClean = systems.every((one) =>
    one.kind === 'ext4' ? !one.needsRecovery && one.fsck === 0 : 'check' in one && one.check === 0,
  );
  return isClean ? 'cleanly' : 'all data';
}

/** Newer rows take the place of older ones of the same fault and exitrd; what is no fault any more goes. */
export function mergeOutcomes(
  before: readonly PeerOutcome[],
  now: readonly PeerOutcome[],
  faults: readonly Fault[],
): readonly PeerOutcome[] {
  const all = [...before, ...now];
  return faults.flatMap(({ name }) =>
    exitrdNames.flatMap(
      (exitrd) => all.findLast((one) => one.fault === name && one.exitrd === exitrd) ?? [],
    ),
  );
}

/** The rows of a table, in the order of the outcomes: the fault, then what each exitrd made of it. */
export function outcomeRows(outcomes: readonly PeerOutcome[]): readonly (readonly string[])[] {
  const faults = [...new Set(outcomes.map(({ fault }) => fault))];
  return faults.map((fault) => {
    const cells = exitrdNames.map((exitrd) => {
      const outcome = outcomes.find((one) => one.fault === fault && one.exitrd === exitrd);
      return outcome === undefined ? '–' : describeOutcome(outcome);
    });
    return [fault, ...cells];
  });
}

/** `hung, 1 of 2 keys left, data lost`. */
function describeOutcome({ end, seconds, keysLeft, keys, saved }: PeerOutcome): string {
  const words = [
    end === 'hung' ? 'hung' : `${seconds.toFixed(1)} s`,
    ...(end === 'as told' || end === 'hung' ? [] : [end]),
    keysLeft === 0 ? 'no key' : `${keysLeft} of ${keys} keys left`,
    saved,
  ];
  return words.join(', ');
}
