/** Which of the known words somebody may have meant. */

/**
 * The one that the fewest letters to add, leave out, change or swap lead to, where these are at most a
 * third of its own, or the only one that begins with it; undefined where there is none. Of equals the
 * first.
 */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  let nearest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of known) {
    const distance = editDistance(word, candidate);
    if (distance > Math.max(1, candidate.length / 3) || distance >= least) continue;
    nearest = candidate;
    least = distance;
  }
  return nearest ?? longerWord(word, known);
}

/** The only one that begins so, when that is more than an accident. */
function longerWord(word: string, known: readonly string[]): string | undefined {
  const longer = known.filter((candidate) => candidate.startsWith(word));
  return word.length > 2 && longer.length === 1 ? longer[0] : undefined;
}

/** ` (did you mean X?)`, or nothing; `quote` makes a word what the message calls it. */
export function suggestion(
  word: string,
  known: readonly string[],
  quote: (nearest: string) => string = (nearest) => nearest,
): string {
  const nearest = nearestWord(word, known);
  return nearest === undefined ? '' : ` (did you mean ${quote(nearest)}?)`;
}

/** Optimal string alignment: Levenshtein's distance with swaps of neighbours. */
function editDistance(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    rows.push(current);
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      current.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + Number(!isSame),
          row > 1 && column > 1 && isSwapped
            ? at(row - 2, column - 2) + 1
            : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(one.length, other.length);
}
