/** What an exitrd made of a drawn machine, to be set beside what others made of it. Pure. */
import { exitrdNames, type ExitrdName } from '../support/peer-outcome.ts';
import type { DrawnMachine } from './drawn-machine.ts';
import { diskComplaints, endOfVerb, type Evidence } from './verdict.ts';

/** One row of test/torture/peers.json. */
export interface DrawnOutcome {
  readonly seed: number;
  readonly exitrd: ExitrdName;
  readonly end: 'as told' | 'other verb' | 'hung';
  /** Of which something is in the dump of memory. */
  readonly keysLeft: number;
  readonly disks: 'right' | 'wrong';
}

export function drawnOutcome(
  exitrd: ExitrdName,
  machine: DrawnMachine,
  evidence: Evidence,
): DrawnOutcome {
  const { end, memory } = evidence;
  const told = end === endOfVerb[machine.verb] ? 'as told' : 'other verb';
  return {
    seed: machine.seed,
    exitrd,
    end: typeof end === 'string' ? told : 'hung',
    keysLeft: new Set(memory.keys.map(({ key }) => key)).size,
    disks: diskComplaints(machine, evidence).length === 0 ? 'right' : 'wrong',
  };
}

/** Newer ones take the place of older ones of the same seed and exitrd. */
export function mergeDrawn(
  before: readonly DrawnOutcome[],
  now: readonly DrawnOutcome[],
): readonly DrawnOutcome[] {
  const rows = new Map([...before, ...now].map((one) => [`${one.seed} ${one.exitrd}`, one]));
  return [...rows.values()].toSorted(
    (one, other) =>
      one.seed - other.seed || exitrdNames.indexOf(one.exitrd) - exitrdNames.indexOf(other.exitrd),
  );
}

/** The rows of a table, one for each exitrd: how many are as they should be, and in how many what is not. */
export function drawnRows(outcomes: readonly DrawnOutcome[]): readonly (readonly string[])[] {
  return exitrdNames.map((exitrd) => {
    const own = outcomes.filter((one) => one.exitrd === exitrd);
    const count = (is: (one: DrawnOutcome) => boolean) => `${own.filter(is).length}`;
    if (own.length === 0) return [exitrd, '–', '–', '–', '–', '–'];
    return [
      exitrd,
      `${count(isRight)} of ${own.length}`,
      count(({ end }) => end === 'hung'),
      count(({ end }) => end === 'other verb'),
      count(({ keysLeft }) => keysLeft > 0),
      count(({ disks }) => disks === 'wrong'),
    ];
  });
}

function isRight({ end, keysLeft, disks }: DrawnOutcome): boolean {
  return end === 'as told' && keysLeft === 0 && disks === 'right';
}
