/**
 * The image that the kernel keeps to be started when it panics (kexec_load(2), kexec_file_load(2)). The image that
 * a reboot by kexec starts is another one, which none of this touches.
 */
import { closeSync, openSync } from 'node:fs';
import { addressOf, call } from './system-call.ts';

const numbersByArchitecture: Readonly<Record<string, { load: bigint; fileLoad: bigint }>> = {
  x64: { load: 246n, fileLoad: 320n },
  arm64: { load: 104n, fileLoad: 294n },
};

/** include/uapi/linux/kexec.h. */
const onCrash = 1n;
const fileUnload = 1n;
const fileOnCrash = 2n;
const fileWithoutInitramfs = 4n;
const noFile = -1n;

/** The errno's name when the kernel refused; there need not have been an image. */
export function unloadCrashImage(): string | undefined {
  const numbers = numbersByArchitecture[process.arch];
  if (numbers === undefined) return 'ENOSYS';
  const flags = fileUnload | fileOnCrash;
  const result = call(numbers.fileLoad, noFile, noFile, 0n, 0n, flags);
  if (result !== 'ENOSYS') return typeof result === 'string' ? result : undefined;
  return loadCrashSegments([], 0);
}

/** Tries to load a file as the crash kernel, with an empty command line; the errno's name when it fails. */
export function loadCrashFile(path: string): string | undefined {
  const numbers = numbersByArchitecture[process.arch];
  if (numbers === undefined) return 'ENOSYS';
  const descriptor = openSync(path, 'r');
  const result = call(
    numbers.fileLoad,
    BigInt(descriptor),
    noFile,
    1n,
    '',
    fileOnCrash | fileWithoutInitramfs,
  );
  closeSync(descriptor);
  return typeof result === 'string' ? result : undefined;
}

/** Half-open, in bytes, of physical memory; both on pages. */
export interface MemoryRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Loads an image without any contents at these places of the memory reserved for it, which the kernel fills
 * with zeros (kimage_load_crash_segment(), kernel/kexec_core.c). Without a place the image is unloaded.
 */
export function loadCrashSegments(
  ranges: readonly MemoryRange[],
  entry: number,
): string | undefined {
  const numbers = numbersByArchitecture[process.arch];
  if (numbers === undefined) return 'ENOSYS';
  // struct kexec_segment: buffer, its size, memory, its size.
  const segments = Buffer.alloc(Math.max(ranges.length, 1) * 32);
  for (const [index, { start, end }] of ranges.entries()) {
    segments.writeBigUInt64LE(BigInt(start), index * 32 + 16);
    segments.writeBigUInt64LE(BigInt(end - start), index * 32 + 24);
  }
  const count = BigInt(ranges.length);
  const result = call(numbers.load, BigInt(entry), count, addressOf(segments), onCrash);
  return typeof result === 'string' ? result : undefined;
}
