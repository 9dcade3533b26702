import { settingsVersion, type Hook, type Settings } from '../settings/settings.ts';
import type { Configuration } from './configuration.ts';

/** What of a configuration travels in the image. Pure. */
export function settingsFrom(configuration: Configuration): Settings {
  const { time, debugging, console, mounts, firmware, record } = configuration;
  return {
    version: settingsVersion,
    time: { totalSeconds: time['total-seconds'] },
    lastResort: {
      lazyUnmount: configuration['last-resort']['lazy-unmount'],
      errorTable: configuration['last-resort']['error-table'],
    },
    debugging: {
      flagFiles: debugging['flag-files'],
      kernelArguments: debugging['kernel-arguments'],
      pauseSeconds: debugging['pause-seconds'],
    },
    output: console.output,
    neverMove: mounts['never-move'],
    freeMemory: configuration['free-memory'],
    memoryOverwriteRequest: firmware['memory-overwrite-request'],
    record: {
      firmware: record.firmware,
      kernelLog: record['kernel-log'],
      fileSystem: record['file-system'],
    },
    hooks: hooksOf(configuration),
  };
}

function hooksOf({ hooks }: Configuration): readonly Hook[] {
  return Object.entries(hooks)
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([name, { when, ...hook }]) => (when === 'never' ? [] : [{ name, when, ...hook }]));
}
