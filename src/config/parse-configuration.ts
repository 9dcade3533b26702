/** One configuration file: its text in, what it says out. Pure. */
import { parse, TomlError } from 'smol-toml';
import type { core } from 'zod';
import { Failure } from '../failure.ts';
import { fileSchema, type FileConfiguration } from './configuration.ts';

/**
 * `name` is how messages call the file. Throws a Failure that tells of everything that is wrong in
 * it, each with the key, what was expected and what stands there.
 */
export function parseConfiguration(text: string, name: string): FileConfiguration {
  const value = parseToml(text, name);
  const result = fileSchema.safeParse(value);
  if (result.success) return result.data;
  const flaws = result.error.issues.flatMap((issue) => describeIssue(issue, value));
  throw new Failure(`read ${name}: ${[...new Set(flaws)].join('; ')}`, {
    hint: 'shutdownramfs.toml(5) and shutdownramfs config --schema tell what may stand there',
  });
}

function parseToml(text: string, name: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const reason = error.message.split('\n', 1)[0]?.replace('Invalid TOML document: ', '');
    throw new Failure(`read ${name}: line ${error.line}, column ${error.column}: ${reason}`, {
      hint: 'configuration is written in TOML, see shutdownramfs.toml(5)',
    });
  }
}

function describeIssue(issue: core.$ZodIssue, value: unknown): readonly string[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${keyName([...path, key])}: there is no such key`);
  }
  const found = path.reduce<unknown>((inside, key) => (inside as Inside)[key], value);
  return [`${keyName(path)}: ${issue.message}, not ${JSON.stringify(found)}`];
}

type Inside = Readonly<Record<PropertyKey, unknown>>;

/** `debugging.flag-files[0]` */
function keyName(path: readonly PropertyKey[]): string {
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
