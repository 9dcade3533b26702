/**
 * Several files as one configuration: a later value takes the place of an earlier, lists too. Of a hook the same is
 * true for each of its keys.
 */
import { Failure } from '../failure.ts';
import {
  defaultConfiguration,
  hookDefaults,
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

/**
 * Pure. The files are checked already; the last one counts most. Throws a Failure for a hook that no file says
 * enough of.
 */
export function mergeConfigurations(files: readonly ConfigurationFile[]): EffectiveConfiguration {
  const merged: Record<string, Record<string, unknown>> = structuredClone({
    ...defaultConfiguration,
  });
  const mergedHooks: Record<string, object> = {};
  const origins = new Map<string, string>();
  for (const { name, says } of files) {
    const { hooks = {}, ...tables } = says;
    for (const [hook, values] of Object.entries(hooks)) {
      mergedHooks[hook] = { ...hookDefaults, ...mergedHooks[hook], ...values };
      for (const key of Object.keys(values)) origins.set(`hooks.${hook}.${key}`, name);
    }
    for (const [table, values] of Object.entries(tables)) {
      for (const [key, value] of Object.entries(values ?? {})) {
        merged[table] = { ...merged[table], [key]: value };
        origins.set(`${table}.${key}`, name);
      }
    }
  }
  const configuration = { ...merged, hooks: mergedHooks } as unknown as Configuration;
  for (const [hook, values] of Object.entries(configuration.hooks)) {
    const missing = (['program', 'when'] as const).find((key) => values[key] === undefined);
    if (missing === undefined) continue;
    const where = files.findLast(({ says }) => says.hooks?.[hook] !== undefined)?.name;
    throw new Failure(`read ${where}: [hooks.${hook}] has no ${missing}, here or in another file`);
  }
  return { configuration, origins, files: files.map(({ name }) => name) };
}
