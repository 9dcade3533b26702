/** Finds the line of a TOML document that a value comes from, which the parser does not tell. Pure. */
import { parse, TomlError } from 'smol-toml';

export type KeyPath = readonly PropertyKey[];

/**
 * Gives the line, counted from 1, of the key or header that brings a path into the document. TOML is a
 * row of statements that end with a line: where the first lines alone are a document, the next
 * statement begins after them.
 */
export function createKeyLocator(text: string): (path: KeyPath) => number | undefined {
  const beginnings: { readonly line: number; readonly value: unknown }[] = [];
  const lines = text.split('\n');
  let line = 1;
  for (let end = 1; end <= lines.length; end++) {
    const value = parseStart(lines.slice(0, end));
    if (value === undefined) continue;
    beginnings.push({ line, value });
    line = end + 1;
  }
  return (path) => beginnings.find(({ value }) => has(value, path))?.line;
}

function parseStart(lines: readonly string[]): unknown {
  try {
    return parse(`${lines.join('\n')}\n`);
  } catch (error) {
    if (error instanceof TomlError) return undefined;
    throw error;
  }
}

function has(value: unknown, [key, ...rest]: KeyPath): boolean {
  if (key === undefined) return true;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return false;
  return has((value as Readonly<Record<PropertyKey, unknown>>)[key], rest);
}
