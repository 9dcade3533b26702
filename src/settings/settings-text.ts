import type { Settings } from './settings.ts';

/** As they stand in the image: JSON, keys sorted, the same settings the same bytes. */
export function settingsText(settings: Settings): string {
  return `${JSON.stringify(sorted(settings), undefined, 1)}\n`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inside]) => [key, sorted(inside)]));
}
