/** What is wrong with a value, in words for who wrote it, and what may have been meant. Pure. */
import type { core } from 'zod';
import { suggestion } from '../nearest-word.ts';
import { knownKeys } from './known-keys.ts';
import type { KeyPath } from './locate-key.ts';

export interface Flaw {
  readonly path: KeyPath;
  readonly reason: string;
}

/** `document` is the whole that was checked. */
export function describeIssue(issue: core.$ZodIssue, document: unknown): readonly Flaw[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return { path, reason: describeKey(issue.path, key, valueAt(document, path)) };
    });
  }
  if (issue.code === 'invalid_key') {
    const reason = `${keyName(issue.path)}: ${issue.issues[0]?.message ?? issue.message}`;
    return [{ path: issue.path, reason }];
  }
  const found = valueAt(document, issue.path);
  const meant =
    issue.code === 'invalid_value' && typeof found === 'string'
      ? suggestion(found, issue.values.map(String), (word) => JSON.stringify(word))
      : '';
  const reason = `${keyName(issue.path)}: ${issue.message}, not ${JSON.stringify(found)}${meant}`;
  return [{ path: issue.path, reason }];
}

function describeKey(table: KeyPath, key: string, value: unknown): string {
  const quoted = JSON.stringify(key);
  if (table.length > 0) {
    const meant = suggestion(key, knownKeys(table), (word) => JSON.stringify(word));
    return `unknown key ${quoted} in [${keyName(table)}]${meant || whereBelongs(key)}`;
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
    return `unknown table [${bare(key)}]${suggestion(key, knownKeys([]), (name) => `[${name}]`)}`;
  }
  return `unknown key ${quoted} above all tables${whereBelongs(key)}`;
}

function whereBelongs(key: string): string {
  const table = knownKeys([]).find((name) => knownKeys([name]).includes(key));
  return table === undefined ? '' : ` (it belongs in [${table}])`;
}

function valueAt(document: unknown, path: KeyPath): unknown {
  return path.reduce<unknown>((inside, key) => (inside as Inside)[key], document);
}

type Inside = Readonly<Record<PropertyKey, unknown>>;

/** `debugging.flag-files[0]` */
function keyName(path: KeyPath): string {
  return path
    .map((key, index) =>
      typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${bare(String(key))}`,
    )
    .join('');
}

/** Quoted where TOML would have it quoted. */
function bare(key: string): string {
  return /^[\w-]+$/.test(key) ? key : JSON.stringify(key);
}
