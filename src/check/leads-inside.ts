import { posix } from 'node:path';
import type { SurveyedEntry } from './survey-image.ts';

/** The kernel's own limit (path_resolution(7)). */
const mostLinks = 40;

/** Whether a symlink of an image leads to something in it, without climbing over its top. */
export function leadsInside(
  link: string,
  entries: ReadonlyMap<string, Pick<SurveyedEntry, 'kind' | 'target'>>,
): boolean {
  const pending = link.split('/').filter(Boolean).toReversed();
  let current = '';
  let followed = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '..') {
      if (current === '') return false;
      current = posix.dirname(current).replace(/^\/$/, '');
      continue;
    }
    const here = `${current}/${name}`;
    const entry = entries.get(here);
    if (entry === undefined) return false;
    if (entry.kind !== 'symlink') {
      current = here;
      continue;
    }
    followed++;
    const target = entry.target ?? '';
    if (followed > mostLinks || target === '') return false;
    if (target.startsWith('/')) current = '';
    const names = target.split('/').filter((word) => word !== '' && word !== '.');
    pending.push(...names.toReversed());
  }
  return true;
}
