/**
 * What the dynamic loader itself says of every program and library of a whole Debian system, against
 * the closure that is computed from their headers alone; and what those of our features open later.
 */
import { closeSync, openSync, opendirSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { resolveClosure } from '../../src/elf/closure.ts';
import type { LocatedObject } from '../../src/elf/loader-view.ts';
import { runTimeLoadsOf } from '../../src/elf/run-time-loads.ts';
import { Failure } from '../../src/failure.ts';
import { placesOf } from '../../src/feature/feature.ts';
import { features } from '../../src/feature/features.ts';
import { ForeignRoot } from '../../src/root/foreign-root.ts';
import { createLoaderView } from '../../src/root/loader-view.ts';

const directories = ['/usr/bin', '/usr/sbin', '/usr/lib', '/usr/libexec'];
/** Headers without what they describe, which nobody loads. */
const debugFiles = '/usr/lib/debug';
const view = createLoaderView(new ForeignRoot('/'));
const own = headerOf(process.execPath);

/** Programs and libraries of this machine's own kind: ET_EXEC and ET_DYN of its `e_machine`. */
function dynamicFiles(directory: string): string[] {
  const found: string[] = [];
  const folder = opendirSync(directory);
  for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
    const path = `${directory}/${entry.name}`;
    if (entry.isDirectory() && path !== debugFiles) found.push(...dynamicFiles(path));
    if (entry.isFile() && isOwn(headerOf(path)) && !isStatic(path)) found.push(path);
  }
  folder.closeSync();
  return found;
}

function headerOf(path: string): Buffer {
  const bytes = Buffer.alloc(20);
  const file = openSync(path, 'r');
  readSync(file, bytes, 0, 20, 0);
  closeSync(file);
  return bytes;
}

function isOwn(header: Buffer): boolean {
  const type = header.readUInt16LE(16);
  const same = header.subarray(0, 6).equals(own.subarray(0, 6));
  return same && (type === 2 || type === 3) && header.readUInt16LE(18) === own.readUInt16LE(18);
}

/** The loader has no part in it, and would crash when told to map it. */
function isStatic(path: string): boolean {
  const elf = view.object(path)?.elf;
  if (elf?.interpreter !== undefined || elf?.needed.length !== 0) return false;
  return !basename(path).includes('.so');
}

/** `name => path` of each library in the order of loading, or what is missing. */
function answerOfClosure({ path, elf }: LocatedObject, interpreter: string): string[] {
  try {
    return resolveClosure({ path, elf: { ...elf, interpreter } }, view, { startOnly: true })
      .filter((member) => member.elf.soname !== basename(interpreter))
      .map(({ name, found }) => (name === found ? name : `${name} => ${found}`));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return [`missing ${/: (\S+), which it needs|version (\S+) of/.exec(error.message)?.[1]}`];
  }
}

/** The same of ld.so(8), for each of the paths. */
async function answersOfLoader(loader: string, paths: readonly string[]): Promise<string[][]> {
  const script = 'while read -r path; do "$0" --list "$path" 2>&1 || :; echo "end $path"; done';
  const { stdout } = await execa('sh', ['-c', script, loader], {
    input: `${paths.join('\n')}\n`,
    env: { LC_ALL: 'C', LD_LIBRARY_PATH: undefined, LD_PRELOAD: undefined },
    maxBuffer: 64 << 20,
  });
  return stdout.split(/^end .*\n?/m).map((answer) => {
    const lines = answer.split('\n').map((line) => line.trim().replace(/ \(0x.*/, ''));
    const missing = /error while loading shared libraries: (\S+?):|(\S+) => not found/.exec(answer);
    if (missing !== null) return [`missing ${missing[1] ?? missing[2]}`];
    return lines.filter(
      (line) =>
        !/^$|^linux-vdso|^statically linked$/.test(line) && !line.includes(basename(loader)),
    );
  });
}

test('every program and library of this system has the closure that its loader says', async () => {
  const interpreter = view.object(process.execPath)?.elf.interpreter;
  if (interpreter === undefined) throw new Error('a Node without a loader');
  const paths = directories.flatMap(dynamicFiles);
  const theirs = await answersOfLoader(interpreter, paths);
  const differences = paths.flatMap((path, index) => {
    const object = view.object(path);
    const ours = object && answerOfClosure(object, interpreter);
    return JSON.stringify(ours) === JSON.stringify(theirs[index])
      ? []
      : [{ path, ours, theirs: theirs[index] }];
  });
  expect(differences).toEqual([]);
  expect(paths.length).toBeGreaterThan(500);
});

test('what a packed program or its libraries open at run time has a note or a row', () => {
  const binaries = features.flatMap((feature) => feature.binaries);
  const programs = binaries.flatMap(
    (binary) =>
      placesOf(binary)
        .map((path) => view.object(path))
        .find(Boolean) ?? [],
  );
  expect(programs.length).toBeGreaterThan(8);
  const objects = programs.flatMap((program) => [program, ...resolveClosure(program, view)]);
  const unknown = objects.filter(
    (object) =>
      object.elf.opensLibraries &&
      object.elf.dlopen.length === 0 &&
      runTimeLoadsOf(object).length === 0,
  );
  expect([...new Set(unknown.map(({ path }) => path))]).toEqual([]);
});
