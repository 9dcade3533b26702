/**
 * Finds AES key schedules of unknown keys in a stretch of memory, at every byte offset and with
 * bits flipped, in one pass over its aligned 32-bit words.
 *
 * Most words of a schedule are the exclusive or of the word before and the word one key length
 * before. These words lie in runs of at least 12 bytes, so whatever the schedule's own alignment, each
 * run has two aligned 32-bit words for which that holds too: 20 words in AES-128, 26 in AES-256, 30
 * in AES-192. A flipped bit that countScheduleErrors counts once spoils one of them at most. So with
 * 10 errors 10 words still stand out, and only around such words the full count is worth its time.
 * Where a word is zero the equation says nothing (cleared memory is full of it), and such places are passed over:
 * two zero words, the most that aeskeyfind allows in a schedule, take 6 of the 10.
 */
import { countScheduleErrors, keyLengths, scheduleLength, type KeyLength } from './aes-schedule.ts';

/** From here on a schedule could hide all its telling words. */
export const maximumTolerance = 13;

export interface FoundSchedule {
  /** Byte offset in the stretch. */
  readonly start: number;
  readonly keyLength: KeyLength;
  /** Bits that differ from a true schedule. */
  readonly errors: number;
}

/** The schedules that lie wholly in `memory`, which begins on a multiple of 4 in its buffer. */
export function findSchedules(
  memory: Uint8Array,
  runs: readonly (readonly [from: number, to: number])[],
  tolerance: number,
): FoundSchedule[] {
  const words = new Int32Array(memory.buffer, memory.byteOffset, memory.length >>> 2);
  const search = { memory, view: viewOf(memory), tolerance, tried: new Set<number>(), found: [] };
  for (const [from, to] of runs) {
    searchRun(search, words, Math.max(from >>> 2, 8), Math.min(to >>> 2, words.length));
  }
  return search.found;
}

interface Search {
  readonly memory: Uint8Array;
  readonly view: DataView;
  readonly tolerance: number;
  readonly tried: Set<number>;
  readonly found: FoundSchedule[];
}

function searchRun(search: Search, words: Int32Array, from: number, to: number): void {
  for (let at = from; at < to; at++) {
    const word = words[at]!;
    const before = words[at - 1]!;
    const step = word ^ before;
    if (step === 0 || word === 0 || before === 0) continue;
    if (step === words[at - 4]) tryAround(search, at * 4, 0);
    if (step === words[at - 6]) tryAround(search, at * 4, 1);
    if (step === words[at - 8]) tryAround(search, at * 4, 2);
  }
}

/** Counts errors for every schedule in which the word at `place` would be a plain exclusive or. */
function tryAround(search: Search, place: number, size: number): void {
  const { memory, view, tolerance, tried, found } = search;
  const keyLength = keyLengths[size]!;
  const limit = memory.length - scheduleLength(keyLength);
  for (const distance of plainPlaces[size]!) {
    const start = place - distance;
    if (start < 0 || start > limit) continue;
    const errors = countScheduleErrors(view, start, keyLength, tolerance);
    if (errors > tolerance || tried.has(start * 4 + size)) continue;
    tried.add(start * 4 + size);
    found.push({ start, keyLength, errors });
  }
}

/** Distances from a schedule's start at which four bytes lie wholly in words that are plain exclusive ors. */
const plainPlaces: readonly (readonly number[])[] = keyLengths.map((keyLength) => {
  const isPlain = (at: number) => {
    const place = at % keyLength;
    return (
      at >= keyLength &&
      at < scheduleLength(keyLength) &&
      place >= 4 &&
      !(keyLength === 32 && place >= 16 && place < 20)
    );
  };
  const places = Array.from({ length: scheduleLength(keyLength) }, (_, at) => at);
  return places.filter((at) => isPlain(at) && isPlain(at + 3));
});

function viewOf(memory: Uint8Array): DataView {
  return new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
}
