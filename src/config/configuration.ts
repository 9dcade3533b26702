/**
 * What a configuration file may say, as a schema: tables of keys, all optional, none unknown. See
 * shutdownramfs.toml(5), which explains each key to its reader.
 */
import * as z from 'zod';
import { defaultSettings } from '../settings/settings.ts';

/** Says what was expected; what stands there instead is added by the parser. */
function must(be: string): { error: string } {
  return { error: `must be ${be}` };
}

/** Absolute, without `.`, `..`, doubled or trailing slashes, or control characters; not `/` itself. */
const plainPath = /^(?:\/(?!\.{1,2}(?:\/|$))[^/\p{Cc}]+)+$/u;
/** What a shell script can take apart at blanks. */
const shellPath = /^(?:\/(?!\.{1,2}(?:\/|$))[\w.@:+-]+)+$/;
const kernelWord = /^\w[\w.:@-]*$/;

const flagFile = z
  .string(must('a path'))
  .regex(shellPath, must('an absolute path of letters, digits and _ . @ : + -'))
  .regex(/^(?!\/oldroot(?:\/|$))/, must('in /run or in the root of the image'))
  .regex(/^(?!\/run\/initramfs(?:\/|$))/, must('written without /run/initramfs, which is / then'));

const kernelArgument = z
  .string(must('the name of a kernel argument'))
  .regex(kernelWord, must('one word of letters, digits and _ . : @ -, without ='));

const mountPoint = z
  .string(must('a path'))
  .regex(plainPath, must('an absolute path without . and .., and not / itself'))
  .regex(/^(?!\/oldroot(?:\/|$))/, must('the path in the running system, without /oldroot'));

const list = 'a list in brackets';
const duration = must('a whole number of seconds from 1 to 3600');
const seconds = z.int(duration).min(1, duration).max(3600, duration);

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
  output: z
    .enum(['quiet', 'normal', 'verbose'], must('"quiet", "normal" or "verbose"'))
    .describe('What the console shows: only what went wrong, the summary as well, or every step'),
});

const mounts = table({
  'never-move': z
    .array(mountPoint, must(list))
    .describe('Mount points of the running system that are never moved aside'),
});

const freeMemory = table({
  overwrite: z
    .enum(['never', 'when-needed', 'always'], must('"never", "when-needed" or "always"'))
    .describe('Whether free memory is overwritten; when-needed: where the kernel does not zero it'),
  seconds: seconds.describe('The longest time that overwriting may take'),
});

const firmware = table({
  'memory-overwrite-request': z
    .enum(['keep', 'set', 'clear-when-clean'], must('"keep", "set" or "clear-when-clean"'))
    .describe(
      'What becomes of the variable that has EFI firmware clear the memory at the next boot',
    ),
});

/** A table with all of its keys, of which a file says any. */
function table<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, must('a table'));
}

/** What one file says. */
export const fileSchema = table({
  debugging: debugging.partial().optional(),
  console: console.partial().optional(),
  mounts: mounts.partial().optional(),
  'free-memory': freeMemory.partial().optional(),
  firmware: firmware.partial().optional(),
}).meta({
  title: 'shutdownramfs.toml',
  description: 'How the exitrd of shutdownramfs behaves',
});

export type FileConfiguration = z.infer<typeof fileSchema>;

/** All that can be said, with a value for each key. */
export interface Configuration {
  readonly debugging: z.infer<typeof debugging>;
  readonly console: z.infer<typeof console>;
  readonly mounts: z.infer<typeof mounts>;
  readonly 'free-memory': z.infer<typeof freeMemory>;
  readonly firmware: z.infer<typeof firmware>;
}

export const defaultConfiguration: Configuration = {
  debugging: {
    'flag-files': [...defaultSettings.debugging.flagFiles],
    'kernel-arguments': [...defaultSettings.debugging.kernelArguments],
    'pause-seconds': defaultSettings.debugging.pauseSeconds,
  },
  console: { output: defaultSettings.output },
  mounts: { 'never-move': [...defaultSettings.neverMove] },
  'free-memory': { ...defaultSettings.freeMemory },
  firmware: { 'memory-overwrite-request': defaultSettings.memoryOverwriteRequest },
};
