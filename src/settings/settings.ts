/**
 * How the exitrd behaves, as plain data that travels inside the image: made from the configuration
 * when an image is built, read after the pivot, when no configuration can be reached any more.
 */
export const settingsVersion = 1;
/** In the image. */
export const settingsPath = '/etc/shutdownramfs/settings.json';

export interface Settings {
  readonly version: typeof settingsVersion;
  readonly time: TimeSettings;
  readonly lastResort: LastResortSettings;
  readonly debugging: DebuggingSettings;
  /** What the console shows: only what went wrong, the summary as well, or every step. */
  readonly output: 'quiet' | 'normal' | 'verbose';
  /** Mount points of the running system that are never moved aside, e.g. `/run/live/medium`. */
  readonly neverMove: readonly string[];
  readonly freeMemory: FreeMemorySettings;
  /** What becomes of the firmware's MemoryOverwriteRequest variable. */
  readonly memoryOverwriteRequest: 'keep' | 'set' | 'clear-when-clean';
  readonly record: RecordSettings;
  /** Programs that others want to have run, in the order of their names. */
  readonly hooks: readonly Hook[];
}

/**
 * `before-unmount`: nothing was touched yet. `after-unmount`: all was taken apart that could be, keys that are left are
 * not wiped yet. `final`: nothing more is done but switching off.
 */
export const hookTimes = ['before-unmount', 'after-unmount', 'final'] as const;
export type HookTime = (typeof hookTimes)[number];

export interface Hook {
  readonly name: string;
  /** In the image. */
  readonly program: string;
  readonly when: HookTime;
  /** After so many it is killed. */
  readonly seconds: number;
}

interface TimeSettings {
  /** For the whole shutdown; less where a hardware watchdog is armed that is shorter. */
  readonly totalSeconds: number;
}

/** What is tried where nothing gentler helped, see shutdownramfs.toml(5). */
interface LastResortSettings {
  readonly lazyUnmount: boolean;
  readonly errorTable: boolean;
}

export interface DebuggingSettings {
  /** Absolute paths after the pivot: in /run, or in the image's own root. */
  readonly flagFiles: readonly string[];
  /** Names of words on the kernel's command line. */
  readonly kernelArguments: readonly string[];
  /** How long a pause lasts that does not say so itself. */
  readonly pauseSeconds: number;
}

interface FreeMemorySettings {
  /** `when-needed`: when the kernel does not zero what it frees. */
  readonly overwrite: 'never' | 'when-needed' | 'always';
  /** The longest time it may take. */
  readonly seconds: number;
}

/** Where the report is kept that is to be read after the next boot. */
interface RecordSettings {
  /** In a variable of EFI firmware. */
  readonly firmware: RecordTime;
  /** In the kernel's own store of its log (pstore). */
  readonly kernelLog: RecordTime;
  /** In a file system that is not encrypted: a device as in fstab(5), empty for none. */
  readonly fileSystem: string;
}

export const recordTimes = ['never', 'when-not-clean', 'always'] as const;
type RecordTime = (typeof recordTimes)[number];

export const defaultSettings: Settings = {
  version: settingsVersion,
  time: { totalSeconds: 90 },
  lastResort: { lazyUnmount: false, errorTable: false },
  debugging: {
    flagFiles: ['/run/shutdownramfs/debug', '/shutdownramfs.debug'],
    kernelArguments: ['shutdownramfs.debug'],
    pauseSeconds: 120,
  },
  output: 'normal',
  neverMove: [],
  freeMemory: { overwrite: 'never', seconds: 60 },
  memoryOverwriteRequest: 'keep',
  record: { firmware: 'when-not-clean', kernelLog: 'when-not-clean', fileSystem: '' },
  hooks: [],
};
