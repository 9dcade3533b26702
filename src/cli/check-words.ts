import { UsageError } from './usage-error.ts';

const repeatable = ['_', 'config', 'feature', 'key', 'marker'];

/** What yargs lets pass: an option given twice, an empty word, a number that is none. */
export function checkWords(words: Readonly<Record<string, unknown>>): true {
  for (const [name, value] of Object.entries(words)) {
    // The letter of an option, which is there by its name too.
    if (name.length === 1 && name !== '_') continue;
    if (Array.isArray(value) && !repeatable.includes(name)) {
      throw new UsageError(`${name} is given more than once`);
    }
    if (value === '' || (Array.isArray(value) && value.includes(''))) {
      throw new UsageError(`${name} is empty`);
    }
    if (Number.isNaN(value)) throw new UsageError(`${name} is no number`);
  }
  return true;
}
