/** What is drawn by: one stream of choices for one seed. */
import { randomNumbers } from '../support/random-numbers.ts';

export interface Lot {
  /** Both included. */
  between(least: number, most: number): number;
  chance(probability: number): boolean;
  /** Of an array that is not empty. */
  pick<T>(things: readonly T[]): T;
  /** One of the names, each as often as its number says. */
  pickBy<T extends string>(weights: Readonly<Record<T, number>>): T;
  /** Seconds, in hundredths. */
  seconds(most: number): number;
  hexadecimal(bytes: number): string;
}

export function lotOf(seed: number): Lot {
  const random = randomNumbers(seed);
  // Seeds that follow each other begin alike.
  for (let turn = 0; turn < 8; turn += 1) random();
  const between = (least: number, most: number) =>
    least + Math.floor(random() * (most - least + 1));
  const pick = <T>(things: readonly T[]): T => things[between(0, things.length - 1)]!;
  return {
    between,
    chance: (probability) => random() < probability,
    pick,
    pickBy: <T extends string>(weights: Readonly<Record<T, number>>) =>
      pick((Object.keys(weights) as T[]).flatMap((name) => Array<T>(weights[name]).fill(name))),
    seconds: (most) => between(0, most * 100) / 100,
    hexadecimal: (bytes) =>
      Array.from({ length: bytes }, () => between(0, 255).toString(16).padStart(2, '0')).join(''),
  };
}
