/**
 * Node's own modules inside its executable: their sources, which V8 reads in place, and beside each
 * what V8 compiled of it before. Both are found by their content.
 *
 * Source: Node's tools/js2c.cc, src/node_builtins.cc; V8's src/snapshot/code-serializer.h
 * (`SerializedCodeData`).
 */
import { execa } from 'execa';
import { Script } from 'node:vm';
import { Failure } from '../../src/failure.ts';

/** Sources by id: `internal/url`. */
export type ModuleSources = Readonly<Record<string, string>>;

/** What `node`, which must run here, has. */
export async function readModuleSources(node: string): Promise<ModuleSources> {
  const script = `
    const { internalBinding } = require('internal/test/binding');
    process.stdout.write(JSON.stringify({ ...internalBinding('builtins').natives }));`;
  const words = ['--no-warnings', '--expose-internals', '--eval', script];
  const { stdout } = await execa(node, words, { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout) as ModuleSources;
}

/**
 * Makes modules ones that throw when they are loaded, in place. The rest of a source becomes spaces,
 * and what was compiled of it zeros, which V8 takes for a cache of another version and ignores.
 */
export function leaveOutModules(
  program: Buffer,
  sources: ModuleSources,
  isLeftOut: (id: string) => boolean,
): void {
  const compiled = findCompiled(program);
  for (const [id, source] of Object.entries(sources)) {
    if (!isLeftOut(id)) continue;
    const encoding = /^[\0-\xff]*$/.test(source) ? 'latin1' : 'utf16le';
    const text = `throw new Error("Node's module ${id} is left out of this executable");\n`;
    const [cache, ...others] = compiled.get(source.length) ?? [];
    if (cache === undefined || others.length > 0 || text.length > source.length) {
      throw new Failure(`leave out module ${id}: what was compiled of it cannot be told apart`);
    }
    const place = findOnce(program, Buffer.from(source, encoding), id);
    Buffer.from(text.padEnd(source.length), encoding).copy(place);
    cache.fill(0);
  }
}

/** V8's header before what it compiled: seven words, padded to eight. */
const headerSize = 32;
const versionAt = 4;
const sourceAt = 8;
const payloadSizeAt = 20;
/** The first word is this with the number of V8's external references in its lower half. */
const magic = 0xc0de;
/** The third word is the length of the source, with its kind above. */
const lengthMask = 0x1fff_ffff;

/** All that V8 compiled before, by the length of the source. */
function findCompiled(program: Buffer): ReadonlyMap<number, readonly Buffer[]> {
  const version = Buffer.alloc(4);
  version.writeUInt32LE(versionHash());
  const found = new Map<number, Buffer[]>();
  for (let at = program.indexOf(version); at !== -1; at = program.indexOf(version, at + 1)) {
    const start = at - versionAt;
    if (program.readUInt16LE(start + 2) !== magic) continue;
    const length = program.readUInt32LE(start + sourceAt) & lengthMask;
    const end = start + headerSize + program.readUInt32LE(start + payloadSizeAt);
    found.set(length, [...(found.get(length) ?? []), program.subarray(start, end)]);
  }
  return found;
}

/** Of the V8 that runs this, which is that of the program. */
function versionHash(): number {
  const { cachedData } = new Script('0', { produceCachedData: true });
  if (cachedData?.length !== headerSize + (cachedData?.readUInt32LE(payloadSizeAt) ?? 0)) {
    throw new Failure('read compiled modules: V8 lays them out in another way');
  }
  return cachedData.readUInt32LE(versionAt);
}

function findOnce(program: Buffer, bytes: Buffer, id: string): Buffer {
  const at = program.indexOf(bytes);
  if (at === -1 || program.includes(bytes, at + 1)) {
    const count = at === -1 ? 'not' : 'more than once';
    throw new Failure(`leave out module ${id}: its source is ${count} in the program`);
  }
  return program.subarray(at, at + bytes.length);
}
