/**
 * The child that has the kernel forget what it keeps for a crash kernel. In this order: the image, the kernel's own
 * list of volume keys, the memory where both were copied to, which is zeroed and given back.
 *
 * Sources: kernel/crash_dump_dm_crypt.c, kernel/kexec_file.c, kernel/kexec_core.c.
 */
import { mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '../failure.ts';
import { loadCrashFile, loadCrashSegments, unloadCrashImage } from '../kernel/kexec.ts';
import { isChildOfExitrd } from './child-of-exitrd.ts';
import { parseCrashRanges, piecesOf } from './crash-memory.ts';
import { readNow } from './read-now.ts';
import { unbootableImage } from './unbootable-image.ts';
import { crashKeys, crashSize, type CrashKernelWipe } from './wipe-crash-kernel.ts';

const imagePath = '/crash-image';
/** No key has this name: reading it fails when the list is already made anew. */
const noSuchKey = 'shutdownramfs:no-such-key';
/**
 * The list is made anew in memory of the allocator's next size, and the old one is only overwritten where that
 * is the same. One entry has 388 bytes: these counts reach each size from 512 bytes to 8 KiB.
 */
const counts = [1, 2, 3, 6, 11];

export function runWipeCrashKernelChild(): void {
  if (!isChildOfExitrd()) {
    process.stderr.write('wipe crash kernel: refused: this is for the exitrd to start\n');
    process.exitCode = 1;
    return;
  }
  process.stdout.write(`${JSON.stringify(wipe())}\n`);
}

function wipe(): CrashKernelWipe {
  const itemNames = namesOfItems();
  if (itemNames !== undefined) attempt(() => writeFileSync(join(crashKeys, 'reuse'), '0\n'));
  const unloaded = unloadCrashImage();
  const list = itemNames === undefined ? undefined : overwriteList(itemNames);
  const zeroed = zeroMemory();
  const given = attempt(() => writeFileSync(crashSize, '0\n'));
  return {
    keepsKeys: itemNames !== undefined,
    ...(unloaded === undefined ? {} : { unload: unloaded }),
    ...(list === undefined ? {} : { list }),
    ...(zeroed === undefined ? {} : { zero: zeroed }),
    ...(given === undefined ? {} : { giveBack: given }),
  };
}

/** Undefined where the kernel keeps no keys for a crash kernel. */
function namesOfItems(): readonly string[] | undefined {
  try {
    const names = readdirSync(crashKeys, { withFileTypes: true });
    return names.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch {
    return undefined;
  }
}

/**
 * The kernel overwrites its list of keys when it makes the next one, and only then: for an image to be loaded,
 * before it looks whether the keys are there. They are not, so that nothing is loaded.
 */
function overwriteList(itemNames: readonly string[]): string | undefined {
  for (const name of itemNames) attempt(() => rmdirSync(join(crashKeys, name)));
  let refusal: string | undefined;
  const made: string[] = [];
  try {
    writeFileSync(imagePath, unbootableImage());
    const first = itemNames.length;
    for (const count of first === 0 ? counts : [first, ...counts]) {
      while (made.length > count) rmdirSync(made.pop() ?? '');
      while (made.length < count) made.push(makeItem(made.length));
      const result = loadCrashFile(imagePath);
      if (result !== 'ENOKEY') refusal ??= result ?? 'an image was loaded';
    }
  } catch (error) {
    refusal ??= reasonOf(error);
  }
  for (const path of made) attempt(() => rmdirSync(path));
  attempt(() => rmSync(imagePath, { force: true }));
  return refusal;
}

function makeItem(number: number): string {
  const path = join(crashKeys, `shutdownramfs-${number}`);
  mkdirSync(path);
  writeFileSync(join(path, 'description'), noSuchKey);
  return path;
}

/** In pieces, since the kernel needs some of it for itself while it loads the rest. */
function zeroMemory(): string | undefined {
  const ranges = parseCrashRanges(readNow('/proc/iomem') ?? '');
  if (ranges.length === 0) return undefined;
  const refusals = ranges.map((range) => {
    for (const piece of piecesOf(range)) {
      const refusal = loadCrashSegments([piece], range.start);
      if (refusal !== undefined) return refusal;
    }
  });
  loadCrashSegments([], 0);
  // Of two ranges the lower one is for devices alone, and no image can be there.
  return refusals.every((refusal) => refusal !== undefined) ? refusals[0] : undefined;
}

function attempt(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}
