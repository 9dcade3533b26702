/** What a scan's hits mean: which key, in which shape, how much of it; how much of each marker. */
import { isTelling } from './pieces.ts';
import type { KeyForm } from './secret.ts';
import type { PieceHit, Scan } from './scan-dump.ts';
import { cut } from './secret.ts';
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

export function makeFindings(list: SearchList, scan: Scan): Findings {
  const known = new Set(list.forms.map(({ content }) => Buffer.from(content).toString('hex')));
  const schedules = scan.schedules.map(({ address, key, errors }) => {
    return { address, bits: key.length * 8, key: Buffer.from(key).toString('hex'), errors };
  });
  return {
    keys: findKeys(list, scan.pieces),
    markers: countMarkers(list, scan.pieces),
    schedules: schedules.filter(({ key }) => !known.has(key)),
  };
}

export function isAnythingFound({ keys, markers, schedules }: Findings): boolean {
  return keys.length > 0 || schedules.length > 0 || markers.some(({ found }) => found > 0);
}

interface Candidate extends KeyFinding {
  readonly begin: number;
  readonly end: number;
}

/** Pieces of one form that lie as far apart as in the form are one find. */
function findKeys(list: SearchList, hits: readonly PieceHit[]): KeyFinding[] {
  const candidates = new Map<string, { form: number; base: number; indexes: Set<number> }>();
  for (const { piece, address } of hits) {
    for (const { form, index } of list.uses[piece]!.inForms) {
      const base = address - index * keyPiece;
      const identity = `${form} ${base}`;
      const candidate = candidates.get(identity) ?? { form, base, indexes: new Set<number>() };
      candidates.set(identity, candidate);
      candidate.indexes.add(index);
    }
  }
  const described = [...candidates.values()].map(({ form, base, indexes }) =>
    describe(list.forms[form]!, base, [...indexes]),
  );
  return keepLargest(described);
}

function describe(form: KeyForm, base: number, indexes: readonly number[]): Candidate {
  const { key, part, shape, content } = form;
  const pieces = cut(content, keyPiece);
  const last = Math.max(...indexes);
  return {
    address: base,
    key,
    part,
    shape,
    found: indexes.length,
    pieces: pieces.filter(isTelling).length,
    begin: base + Math.min(...indexes) * keyPiece,
    end: base + last * keyPiece + pieces[last]!.length,
  };
}

/**
 * A schedule begins with its key and a key consists of its halves: of one key's finds that lie
 * within each other only the largest counts, of equal ones the most complete.
 */
function keepLargest(candidates: readonly Candidate[]): KeyFinding[] {
  const sorted = candidates.toSorted(
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

function countMarkers(list: SearchList, hits: readonly PieceHit[]): MarkerFinding[] {
  const counts = list.markers.map(() => ({
    found: new Set<number>(),
    occurrences: 0,
    first: Infinity,
  }));
  for (const { piece, address } of hits) {
    for (const marker of list.uses[piece]!.inMarkers) {
      const count = counts[marker]!;
      count.found.add(piece);
      count.occurrences++;
      count.first = Math.min(count.first, address);
    }
  }
  const totals = list.markers.map(() => 0);
  for (const { inMarkers } of list.uses) for (const marker of inMarkers) totals[marker]!++;
  return list.markers.map(({ name }, marker) => {
    const { found, occurrences, first } = counts[marker]!;
    return {
      marker: name,
      found: found.size,
      pieces: totals[marker]!,
      occurrences,
      first: Number.isFinite(first) ? first : undefined,
    };
  });
}
