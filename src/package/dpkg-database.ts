import { readdirSync, readFileSync } from 'node:fs';
import { Failure, reasonOf } from '../failure.ts';
import type { ForeignRoot } from '../root/foreign-root.ts';
import type { Package } from './package.ts';
import { parseDiversions, parseDpkgPackage, parseListName, type DpkgName } from './parse-dpkg.ts';

const directory = '/var/lib/dpkg';

/** The owners of the wanted paths; undefined where dpkg has installed nothing. */
export function readDpkgDatabase(
  root: ForeignRoot,
  wanted: ReadonlySet<string>,
): ReadonlyMap<string, Package> | undefined {
  const status = root.readText(`${directory}/status`);
  if (!status) return undefined;
  const diversions = parseDiversions(root.readText(`${directory}/diversions`) ?? '');
  const divertedFrom = new Map(diversions.map((diversion) => [diversion.from, diversion]));
  const listed = new Set(wanted);
  for (const { from, to } of diversions) if (wanted.has(to)) listed.add(from);
  const passOver = [...listed].some((path) => path.startsWith(documents)) ? undefined : documents;
  const paragraphs = status.split(/\n\n+/);
  const owners = new Map<string, Package>();
  for (const { name, text } of readLists(root)) {
    const places = listedIn(text, listed, passOver).map((path) => {
      const diversion = divertedFrom.get(path);
      return diversion === undefined || diversion.by === name.name ? path : diversion.to;
    });
    const owned = places.filter((path) => wanted.has(path) && !owners.has(path));
    if (owned.length > 0) claim(owners, owned, paragraphs, name);
  }
  return owners;
}

/** There are thousands, and each is small: no more is done to them than must be. */
function* readLists(root: ForeignRoot): Generator<{ name: DpkgName; text: string }, void, void> {
  const place = root.locate(`${directory}/info`);
  if (place?.stats.isDirectory() !== true) return;
  try {
    const entries = readdirSync(place.hostPath, { withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
    for (const file of files.toSorted()) {
      const name = parseListName(file);
      if (name === undefined) continue;
      yield { name, text: readFileSync(`${place.hostPath}/${file}`, 'utf8') };
    }
  } catch (error) {
    if (error instanceof Failure) throw error;
    throw new Failure(`read ${place.path} in ${root.directory}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** Most lines are of documentation, and nearly nothing of an image is from there. */
const documents = '/usr/share/';

function listedIn(
  text: string,
  listed: ReadonlySet<string>,
  passOver: string | undefined,
): string[] {
  const found: string[] = [];
  let start = 0;
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
    if (passOver === undefined || !text.startsWith(passOver, start)) {
      const path = text.slice(start, end);
      if (listed.has(path)) found.push(path);
    }
    start = end + 1;
  }
  return found;
}

function claim(
  owners: Map<string, Package>,
  paths: readonly string[],
  paragraphs: readonly string[],
  name: DpkgName,
): void {
  const owner = parseDpkgPackage(paragraphs, name);
  if (owner !== undefined) for (const path of paths) owners.set(path, owner);
}
