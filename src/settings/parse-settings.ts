/** Reads the settings of an image. Pure, and total: the exitrd goes on with what can be understood. */
import {
  defaultSettings,
  hookTimes,
  settingsVersion,
  type Hook,
  type Settings,
} from './settings.ts';

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
    const fitted = fit(value, defaultSettings, '', flaws) as Settings;
    const settings = { ...fitted, hooks: soundHooks(fitted.hooks, flaws) };
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
      ? Array.isArray(value) && (standard === defaultSettings.hooks || value.every(isText))
      : typeof value === typeof standard && !isTable(standard)
  ) {
    return value;
  }
  flaws.push(`${name} is ${JSON.stringify(value)}`);
  return standard;
}

/** A hook that is not whole is left out: there is none by default. */
function soundHooks(hooks: readonly unknown[], flaws: string[]): readonly Hook[] {
  const sound = hooks.filter(isHook);
  if (sound.length < hooks.length) flaws.push('a hook is not whole');
  return sound;
}

function isHook(value: unknown): value is Hook {
  if (!isTable(value)) return false;
  const { name, program, when, seconds } = value;
  return (
    isText(name) &&
    isText(program) &&
    hookTimes.some((time) => time === when) &&
    typeof seconds === 'number'
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isTable(value: unknown): value is Table {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
