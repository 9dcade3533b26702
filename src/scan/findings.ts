/** What a scan's hits mean: which key, in which shape, how much of it; how much of each marker. */
import { isTelling } from './pieces.ts';
import type { ScheduleHit } from './scan-dump.ts';
import { cut, type KeyForm } from './secret.ts';
import { keyPiece, type SearchList } from './search-list.ts';

/** Everything found in one dump. Addresses are byte numbers, `found` of `pieces` tells how much is there. */
export interface Findings {
  readonly keys: readonly KeyFinding[];
  readonly markers: readonly MarkerFinding[];
  readonly schedules: readonly ScheduleFinding[];
}

interface KeyFinding {
  /** Where the form begins, also when its first bytes are gone. */
  readonly address: number;
  readonly key: string;
  readonly part: KeyForm['part'];
  readonly shape: KeyForm['shape'];
  readonly found: number;
  readonly pieces: number;
}

interface MarkerFinding {
  readonly marker: string;
  /** Different pieces found, and how many different ones the marker has. */
  readonly found: number;
  readonly pieces: number;
  /** All finds, repeated ones too. */
  readonly occurrences: number;
  readonly first: number | undefined;
}

/** The schedule of a key that was not given. */
interface ScheduleFinding {
  readonly address: number;
  readonly bits: number;
  readonly key: string;
  readonly errors: number;
}

/** Takes the hits of a scan one by one; `findings` tells what they come to. */
export interface FindingCollector {
  readonly onPiece: (piece: number, address: number) => void;
  readonly onSchedule: (schedule: ScheduleHit) => void;
  readonly findings: () => Findings;
}

/** Of markers, which may be everywhere, only numbers are kept. */
export function collectFindings(list: SearchList): FindingCollector {
  const candidates = new Map<string, Candidate>();
  const counts = list.pieces.map((): PieceCount => ({ occurrences: 0, first: Infinity }));
  const schedules: ScheduleFinding[] = [];
  const known = new Set(list.forms.map(({ content }) => Buffer.from(content).toString('hex')));
  return {
    onPiece: (piece, address) => {
      const count = counts[piece]!;
      count.occurrences++;
      count.first = Math.min(count.first, address);
      for (const use of list.uses[piece]!.inForms) addToCandidate(candidates, use, address);
    },
    onSchedule: ({ address, key: bytes, errors }) => {
      const key = Buffer.from(bytes).toString('hex');
      if (!known.has(key)) schedules.push({ address, bits: bytes.length * 8, key, errors });
    },
    findings: () => ({
      keys: keepLargest([...candidates.values()].map((candidate) => describe(list, candidate))),
      markers: countMarkers(list, counts),
      schedules: schedules.toSorted((a, b) => a.address - b.address),
    }),
  };
}

export function isAnythingFound({ keys, markers, schedules }: Findings): boolean {
  return keys.length > 0 || schedules.length > 0 || markers.some(({ found }) => found > 0);
}

interface PieceCount {
  occurrences: number;
  first: number;
}

/** Pieces of one form that lie as far apart as in the form are one find. */
interface Candidate {
  readonly form: number;
  readonly address: number;
  readonly indexes: Set<number>;
}

function addToCandidate(
  candidates: Map<string, Candidate>,
  { form, index }: { readonly form: number; readonly index: number },
  place: number,
): void {
  const address = place - index * keyPiece;
  const identity = `${form} ${address}`;
  const candidate = candidates.get(identity) ?? { form, address, indexes: new Set<number>() };
  candidates.set(identity, candidate);
  candidate.indexes.add(index);
}

/** A find and the bytes of it that are there. */
interface Extent extends KeyFinding {
  readonly begin: number;
  readonly end: number;
}

function describe(list: SearchList, { form, address, indexes }: Candidate): Extent {
  const { key, part, shape, content } = list.forms[form]!;
  const pieces = cut(content, keyPiece);
  const last = Math.max(...indexes);
  return {
    address,
    key,
    part,
    shape,
    found: indexes.size,
    pieces: pieces.filter(isTelling).length,
    begin: address + Math.min(...indexes) * keyPiece,
    end: address + last * keyPiece + pieces[last]!.length,
  };
}

/**
 * A schedule begins with its key and a key consists of its halves: of one key's finds that lie
 * within each other only the largest counts, of equal ones the most complete.
 */
function keepLargest(extents: readonly Extent[]): KeyFinding[] {
  const sorted = extents.toSorted(
    (a, b) => a.begin - b.begin || b.end - a.end || b.found / b.pieces - a.found / a.pieces,
  );
  const ends = new Map<string, number>();
  const kept = sorted.filter(({ key, end }) => {
    const isLarger = end > (ends.get(key) ?? -1);
    if (isLarger) ends.set(key, end);
    return isLarger;
  });
  return kept.map(({ begin: _begin, end: _end, ...finding }) => finding);
}

function countMarkers(list: SearchList, counts: readonly PieceCount[]): MarkerFinding[] {
  const totals = list.markers.map(({ name }) => {
    return { marker: name, found: 0, pieces: 0, occurrences: 0, first: Infinity };
  });
  for (const [piece, { inMarkers }] of list.uses.entries()) {
    const { occurrences, first } = counts[piece]!;
    for (const marker of inMarkers) {
      const total = totals[marker]!;
      total.pieces++;
      total.found += occurrences > 0 ? 1 : 0;
      total.occurrences += occurrences;
      total.first = Math.min(total.first, first);
    }
  }
  return totals.map((total) => ({
    ...total,
    first: Number.isFinite(total.first) ? total.first : undefined,
  }));
}
