/**
 * What a configuration file may say, as a schema: tables of keys, all optional, none unknown. See
 * shutdownramfs.toml(5), which explains each key to its reader.
 */
import * as z from 'zod';
import { compressions, imageFormats } from '../archive/image-format.ts';
import { featureWords } from '../feature/feature-words.ts';
import { defaultSettings, hookTimes, recordTimes } from '../settings/settings.ts';

/** Says what was expected; what stands there instead is added by the parser. */
function must(be: string): { error: string } {
  return { error: `must be ${be}` };
}

/** One of these words, which the message lists. */
function choice<const Word extends string>(
  words: readonly [Word, ...Word[]],
): z.ZodEnum<Readonly<Record<Word, Word>>> {
  const quoted = words.map((word) => JSON.stringify(word));
  return z.enum(words, must(`${quoted.slice(0, -1).join(', ')} or ${quoted.at(-1)}`));
}

// What follows is also a part of the JSON schema, whose other readers' \w and \p differ.
/** Absolute, without `.`, `..`, doubled or trailing slashes, or control characters; not `/` itself. */
// oxlint-disable-next-line no-control-regex
const plainPath = /^(?:\/(?!\.{1,2}(?:\/|$))[^/\u0000-\u001F\u007F-\u009F]+)+$/;
/** What a shell script can take apart at blanks. */
const shellPath = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9_.@:+-]+)+$/;
const kernelWord = /^[A-Za-z0-9_][A-Za-z0-9_.:@-]*$/;

const flagFile = z
  .string(must('a path'))
  .regex(shellPath, must('an absolute path of letters, digits and _ . @ : + -'))
  .regex(/^(?!\/oldroot(?:\/|$))/, must('in /run or in the root of the image'))
  .regex(/^(?!\/run\/initramfs(?:\/|$))/, must('written without /run/initramfs, which is / then'));

const kernelArgument = z
  .string(must('the name of a kernel argument'))
  .regex(kernelWord, must('one word of letters, digits and _ . : @ -, without ='));

const rootPath = z
  .string(must('a path'))
  .regex(plainPath, must('an absolute path without . and .., and not / itself'));

const mountPoint = rootPath.regex(
  /^(?!\/oldroot(?:\/|$))/,
  must('the path in the running system, without /oldroot'),
);

const list = 'a list in brackets';
const duration = must('a whole number of seconds from 1 to 3600');
const seconds = z.int(duration).min(1, duration).max(3600, duration);

const image = table({
  features: z
    .array(
      z.enum(featureWords, must('the name of a feature, "default", "auto" or "all"')),
      must(list),
    )
    .min(1, must('a list that is not empty; ["base"] is the least'))
    .describe('Kinds of layers the image can take apart; a name with - before it takes one away'),
  programs: z
    .array(rootPath, must(list))
    .describe('Programs of the root that are packed too, with all the libraries they need'),
  files: z
    .array(rootPath, must(list))
    .describe('Files of the root, or directories with all below, that are packed too'),
  format: choice(imageFormats).describe('What `build` writes'),
  compress: choice(['usual', ...compressions]).describe(
    'How `build` compresses what it writes; usual: as the format usually is',
  ),
  level: z
    .int(must('a whole number from 0 to 22'))
    .min(0, must('a whole number from 0 to 22'))
    .max(22, must('a whole number from 0 to 22'))
    .describe('Level of the compression, as far as it has that; 0: its usual one'),
});

const wholeTime = must('a whole number of seconds from 30 to 600');

const time = table({
  'total-seconds': z
    .int(wholeTime)
    .min(30, wholeTime)
    .max(600, wholeTime)
    .describe('The longest time a shutdown may take, less where a hardware watchdog is shorter'),
});

const lastResort = table({
  'lazy-unmount': z
    .boolean(must('true or false'))
    .describe('Whether mounts that stay in use are detached lazily in the end, once flushed'),
  'error-table': z
    .boolean(must('true or false'))
    .describe('Whether devices that stay in use are replaced by an error table, once flushed'),
});

const debugging = table({
  'flag-files': z
    .array(flagFile, must(list))
    .describe('Files that make a shutdown pause: in /run, or in the root of the image'),
  'kernel-arguments': z
    .array(kernelArgument, must(list))
    .describe('Words of the kernel command line that make a shutdown pause'),
  'pause-seconds': seconds.describe('How long a pause lasts that does not say so itself'),
});

const console = table({
  output: choice(['quiet', 'normal', 'verbose']).describe(
    'What the console shows: only what went wrong, the summary as well, or every step',
  ),
});

const mounts = table({
  'never-move': z
    .array(mountPoint, must(list))
    .describe('Mount points of the running system that are never moved aside'),
});

const freeMemory = table({
  overwrite: choice(['never', 'when-needed', 'always']).describe(
    'Whether free memory is overwritten; when-needed: where the kernel does not zero it',
  ),
  seconds: seconds.describe('The longest time that overwriting may take'),
});

const firmware = table({
  'memory-overwrite-request': choice(['keep', 'set', 'clear-when-clean']).describe(
    'What becomes of the variable that has EFI firmware clear the memory at the next boot',
  ),
});

/** As in fstab(5): empty for none, a path, or a name that udev makes a link for. */
// oxlint-disable-next-line no-control-regex
const deviceSource = /^(?:|\/dev\/[^\u0000- \u007F]+|(?:PART)?(?:UUID|LABEL)=[^\u0000-\u001F/]+)$/;

const record = table({
  firmware: choice(recordTimes).describe(
    'When the report is kept in a variable of EFI firmware, to be read after the next boot',
  ),
  'kernel-log': choice(recordTimes).describe(
    'When the kernel is told to keep the end of its log in its own store (pstore)',
  ),
  'file-system': z
    .string(must('a device as in fstab(5)'))
    .regex(deviceSource, must('empty, or a device as in fstab(5): UUID=…, PARTLABEL=…, /dev/…'))
    .describe('A file system that is not encrypted, on which each report is kept; empty for none'),
});

const hookDuration = must('a whole number of seconds from 1 to 30');

const hook = table({
  program: rootPath.describe('The program of the root that is packed and run'),
  when: choice([...hookTimes, 'never']).describe('When it is run; never: neither packed nor run'),
  seconds: z
    .int(hookDuration)
    .min(1, hookDuration)
    .max(30, hookDuration)
    .describe('After so many it is killed'),
});

/** Of keys that a hook may leave out. */
export const hookDefaults = { seconds: 10 } as const;

/** By name, so that each package can bring its own and nobody's takes the place of another's. */
const hooks = z.record(
  z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]*$/, must('called by letters, digits, _ and -')),
  hook.partial(),
  must('tables, one for each hook: [hooks.NAME]'),
);

/** A table with all of its keys, of which a file says any. */
function table<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, must('a table'));
}

/** What one file says. */
export const fileSchema = table({
  image: image.partial().optional(),
  time: time.partial().optional(),
  'last-resort': lastResort.partial().optional(),
  debugging: debugging.partial().optional(),
  console: console.partial().optional(),
  mounts: mounts.partial().optional(),
  'free-memory': freeMemory.partial().optional(),
  firmware: firmware.partial().optional(),
  record: record.partial().optional(),
  hooks: hooks.optional(),
}).meta({
  title: 'shutdownramfs.toml',
  description: 'What an image of shutdownramfs holds, and how its exitrd behaves',
});

export type FileConfiguration = z.infer<typeof fileSchema>;

/** All that can be said, with a value for each key. */
export interface Configuration {
  readonly image: z.infer<typeof image>;
  readonly time: z.infer<typeof time>;
  readonly 'last-resort': z.infer<typeof lastResort>;
  readonly debugging: z.infer<typeof debugging>;
  readonly console: z.infer<typeof console>;
  readonly mounts: z.infer<typeof mounts>;
  readonly 'free-memory': z.infer<typeof freeMemory>;
  readonly firmware: z.infer<typeof firmware>;
  readonly record: z.infer<typeof record>;
  readonly hooks: Readonly<Record<string, z.infer<typeof hook>>>;
}

export const defaultConfiguration: Configuration = {
  image: {
    features: ['default'],
    programs: [],
    files: [],
    format: 'cpio',
    compress: 'usual',
    level: 0,
  },
  time: { 'total-seconds': defaultSettings.time.totalSeconds },
  'last-resort': {
    'lazy-unmount': defaultSettings.lastResort.lazyUnmount,
    'error-table': defaultSettings.lastResort.errorTable,
  },
  debugging: {
    'flag-files': [...defaultSettings.debugging.flagFiles],
    'kernel-arguments': [...defaultSettings.debugging.kernelArguments],
    'pause-seconds': defaultSettings.debugging.pauseSeconds,
  },
  console: { output: defaultSettings.output },
  mounts: { 'never-move': [...defaultSettings.neverMove] },
  'free-memory': { ...defaultSettings.freeMemory },
  firmware: { 'memory-overwrite-request': defaultSettings.memoryOverwriteRequest },
  record: {
    firmware: defaultSettings.record.firmware,
    'kernel-log': defaultSettings.record.kernelLog,
    'file-system': defaultSettings.record.fileSystem,
  },
  hooks: {},
};
