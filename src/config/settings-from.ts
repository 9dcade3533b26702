import { settingsVersion, type Settings } from '../settings/settings.ts';
import type { Configuration } from './configuration.ts';

/** What of a configuration travels in the image. Pure. */
export function settingsFrom(configuration: Configuration): Settings {
  const { debugging, console, mounts, firmware } = configuration;
  return {
    version: settingsVersion,
    debugging: {
      flagFiles: debugging['flag-files'],
      kernelArguments: debugging['kernel-arguments'],
      pauseSeconds: debugging['pause-seconds'],
    },
    output: console.output,
    neverMove: mounts['never-move'],
    freeMemory: configuration['free-memory'],
    memoryOverwriteRequest: firmware['memory-overwrite-request'],
  };
}
