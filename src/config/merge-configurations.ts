/** Several files as one configuration: a later value takes the place of an earlier, lists too. */
import {
  defaultConfiguration,
  type Configuration,
  type FileConfiguration,
} from './configuration.ts';

export interface ConfigurationFile {
  readonly name: string;
  readonly says: FileConfiguration;
}

export interface EffectiveConfiguration {
  readonly configuration: Configuration;
  /** Of each value that a file has set, by `table.key`: the file's name. */
  readonly origins: ReadonlyMap<string, string>;
  /** Names of all files that were read, in the order in which they count. */
  readonly files: readonly string[];
}

/** Pure. The files are checked already; the last one counts most. */
export function mergeConfigurations(files: readonly ConfigurationFile[]): EffectiveConfiguration {
  const merged: Record<string, Record<string, unknown>> = structuredClone({
    ...defaultConfiguration,
  });
  const origins = new Map<string, string>();
  for (const { name, says } of files) {
    for (const [table, values] of Object.entries(says)) {
      for (const [key, value] of Object.entries(values ?? {})) {
        merged[table] = { ...merged[table], [key]: value };
        origins.set(`${table}.${key}`, name);
      }
    }
  }
  const configuration = merged as unknown as Configuration;
  return { configuration, origins, files: files.map(({ name }) => name) };
}
