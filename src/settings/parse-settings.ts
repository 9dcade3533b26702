/** Reads the settings of an image. Pure, and total: the exitrd goes on with what can be understood. */
import { defaultSettings, settingsVersion, type Settings } from './settings.ts';

export interface ParsedSettings {
  readonly settings: Settings;
  /** Why the defaults are used instead, for a warning; undefined when all is well. */
  readonly flaw: string | undefined;
}

/**
 * The image's own build has checked the text against its schema, so that only damage is looked for
 * here. An image without settings has the defaults.
 */
export function parseSettings(text: string | undefined): ParsedSettings {
  if (text === undefined) return { settings: defaultSettings, flaw: undefined };
  try {
    const value = JSON.parse(text) as Partial<Settings> | null;
    if (value?.version !== settingsVersion) {
      const flaw = `their version is ${value?.version}, not ${settingsVersion}`;
      return { settings: defaultSettings, flaw };
    }
    return { settings: { ...defaultSettings, ...value }, flaw: undefined };
  } catch (error) {
    return { settings: defaultSettings, flaw: error instanceof Error ? error.message : '' };
  }
}
