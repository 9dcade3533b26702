/** One configuration file: its text in, what it says out. Pure. */
import { parse, TomlError } from 'smol-toml';
import { Failure } from '../failure.ts';
import { fileSchema, type FileConfiguration } from './configuration.ts';
import { describeIssue } from './describe-issue.ts';
import { createKeyLocator } from './locate-key.ts';

/**
 * `name` is how messages call the file. Throws a Failure that tells of everything that is wrong in
 * it: the line, the key, what was expected, what stands there, and what may have been meant.
 */
export function parseConfiguration(text: string, name: string): FileConfiguration {
  const value = parseToml(text, name);
  const result = fileSchema.safeParse(value);
  if (result.success) return result.data;
  const lineOf = createKeyLocator(text);
  const flaws = result.error.issues
    .flatMap((issue) => describeIssue(issue, value))
    .map(({ path, reason }) => ({ line: lineOf(path) ?? 1, reason }))
    .toSorted((one, other) => one.line - other.line)
    .map(({ line, reason }) => `line ${line}: ${reason}`);
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
