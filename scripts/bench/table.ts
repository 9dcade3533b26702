/** A table of measures, one row each, one column an exitrd, with the ratios of ours to its peers. */
import { exitrdNames, type ExitrdName } from './exitrd.ts';

export interface Row {
  readonly measure: string;
  /** All that was measured of a kind; the table shows the median. */
  readonly figures: Readonly<Partial<Record<ExitrdName, readonly number[]>>>;
  /** In place of figures, or behind them. */
  readonly remarks?: Readonly<Partial<Record<ExitrdName, string>>>;
  readonly digits: number;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const middle = (sorted.length - 1) / 2;
  const low = sorted[Math.floor(middle)] ?? Number.NaN;
  return (low + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2;
}

export function renderTable(rows: readonly Row[]): string {
  const heading = ['', ...exitrdNames, 'ours/dracut', 'ours/systemd'];
  const lines = [heading, ...rows.map(cells)];
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

function cells(row: Row): readonly string[] {
  const shown = exitrdNames.map((name) => {
    const values = row.figures[name] ?? [];
    const figure = values.length === 0 ? [] : [median(values).toFixed(row.digits)];
    const remark = row.remarks?.[name];
    return [...figure, ...(remark === undefined ? [] : [remark])].join(' ') || '-';
  });
  return [row.measure, ...shown, ratio(row, 'dracut'), ratio(row, 'systemd')];
}

function ratio({ figures }: Row, peer: ExitrdName): string {
  const quotient = median(figures.ours ?? []) / median(figures[peer] ?? []);
  return Number.isFinite(quotient) ? quotient.toFixed(2) : '-';
}
