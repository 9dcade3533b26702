import { Failure } from '../failure.ts';
import { base } from './base.ts';
import { crypt } from './crypt.ts';
import type { Feature } from './feature.ts';
import { lvm } from './lvm.ts';
import { md } from './md.ts';

/** Every feature there is; all of them go into an image that names none. */
const features: readonly Feature[] = [base, crypt, lvm, md];

/**
 * The features of that name, in the order of the table. Each word may be a list with commas. The
 * base is always one of them, since without it nothing can be taken apart.
 */
export function selectFeatures(words: readonly string[] = []): Feature[] {
  const names = words.flatMap((word) => word.split(',')).filter(Boolean);
  const unknown = names.find((name) => !features.some((feature) => feature.name === name));
  if (unknown !== undefined) {
    throw new Failure(`select feature ${unknown}: there is no such feature`, {
      hint: `choose of ${features.map(({ name }) => name).join(', ')}`,
    });
  }
  if (names.length === 0) return [...features];
  return features.filter(({ name }) => name === 'base' || names.includes(name));
}
