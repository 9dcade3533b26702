/** Reads the settings of an image. Pure, and total: the exitrd goes on with what can be understood. */
import { defaultSettings, settingsVersion, type Settings } from './settings.ts';

export interface ParsedSettings {
  readonly settings: Settings;
  /** Why defaults are used instead, for a warning; undefined when all is well. */
  readonly flaw: string | undefined;
}

/**
 * The image's own build has checked the text against its schema, so that only damage is looked for
 * here: each value must be of its default's type. An image without settings has the defaults.
 */
export function parseSettings(text: string | undefined): ParsedSettings {
  if (text === undefined) return { settings: defaultSettings, flaw: undefined };
  try {
    const value: unknown = JSON.parse(text);
    const version = isTable(value) ? value['version'] : undefined;
    if (version !== settingsVersion) {
      const flaw = `their version is ${String(version)}, not ${settingsVersion}`;
      return { settings: defaultSettings, flaw };
    }
    const flaws: string[] = [];
    const settings = fit(value, defaultSettings, '', flaws) as Settings;
    return { settings, flaw: flaws.length === 0 ? undefined : flaws.join(', ') };
  } catch (error) {
    return { settings: defaultSettings, flaw: error instanceof Error ? error.message : '' };
  }
}

type Table = Readonly<Record<string, unknown>>;

/** `value` with whatever is missing or of another type taken from `standard`. */
function fit(value: unknown, standard: unknown, name: string, flaws: string[]): unknown {
  if (value === undefined) return standard;
  if (isTable(standard) && isTable(value)) {
    const prefix = name === '' ? '' : `${name}.`;
    const entries = Object.entries(standard).map(([key, inside]) => [
      key,
      fit(value[key], inside, `${prefix}${key}`, flaws),
    ]);
    return Object.fromEntries(entries);
  }
  if (
    Array.isArray(standard)
      ? isTextList(value)
      : typeof value === typeof standard && !isTable(standard)
  ) {
    return value;
  }
  flaws.push(`${name} is ${JSON.stringify(value)}`);
  return standard;
}

function isTextList(value: unknown): boolean {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
