/** Where a snapshot's facts come from: the running kernel, or a recorded tree of its files. */
export interface FactSource {
  /** The text of a file below /proc or /sys; rejects where there is none. */
  read(path: string): Promise<string>;
  /** The names in a directory below /sys; rejects where there is none. */
  list(path: string): Promise<readonly string[]>;
  /** What `dmsetup table` prints; empty where that cannot be learnt. Keys are never shown. */
  deviceMapperTable(): Promise<string>;
}

/** Without the final newline and blanks; empty where there is no such file. */
export async function readWord(source: FactSource, path: string): Promise<string> {
  return (await read(source, path)).trim();
}

/** Empty where there is no such file: what is looked at may vanish at any moment. */
export async function read(source: FactSource, path: string): Promise<string> {
  try {
    return await source.read(path);
  } catch {
    return '';
  }
}

/**
 * Sorted, each once: a directory that changes while it is read may show a name twice (readdir(3)). Empty where there
 * is no such directory.
 */
export async function list(source: FactSource, path: string): Promise<readonly string[]> {
  try {
    return [...new Set(await source.list(path))].toSorted(byText);
  } catch {
    return [];
  }
}

export function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
