/** A table of measures, one row each, one column a contender, with the ratios of the first to its peers. */

export interface Row<Name extends string> {
  readonly measure: string;
  /** All that was measured of a kind; the table shows the median. */
  readonly figures: Readonly<Partial<Record<Name, readonly number[]>>>;
  /** In place of figures, or behind them. */
  readonly remarks?: Readonly<Partial<Record<Name, string>>>;
  readonly digits: number;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  const low = sorted[Math.floor(middle)] ?? Number.NaN;
  return (low + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

/** `names` are the columns; behind them come the first one's ratios to `peers`. */
export function renderTable<Name extends string>(
  rows: readonly Row<Name>[],
  names: readonly [Name, ...Name[]],
  peers: readonly Name[],
): string {
  const heading = ['', ...names, ...peers.map((peer) => `${names[0]}/${peer}`)];
  const lines = [
    heading,
    ...rows.map((row) => [
      row.measure,
      ...names.map((name) => cell(row, name)),
      ...peers.map((peer) => ratio(row, names[0], peer)),
    ]),
  ];
  const widths = heading.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((cell, column) =>
          column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
        )
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cell<Name extends string>(row: Row<Name>, name: Name): string {
  const values = row.figures[name] ?? [];
  const figure = values.length === 0 ? [] : [median(values).toFixed(row.digits)];
  const remark = row.remarks?.[name];
  return [...figure, ...(remark === undefined ? [] : [remark])].join(' ') || '-';
}

function ratio<Name extends string>({ figures }: Row<Name>, one: Name, peer: Name): string {
  const quotient = median(figures[one] ?? []) / median(figures[peer] ?? []);
  return Number.isFinite(quotient) ? quotient.toFixed(2) : '-';
}
