import { byText, list, read, readWord, type FactSource } from './fact-source.ts';
import { parseDeviceMapperTable, plainName } from './parse-device-mapper-table.ts';
import { parseKeyedTargets } from './parse-keyed-targets.ts';
import { parseMountinfo } from './parse-mountinfo.ts';
import { parseSwaps } from './parse-swaps.ts';
import { readDeviceGroups } from './read-device-groups.ts';
import {
  snapshotVersion,
  type ArrayFacts,
  type AufsBranches,
  type BcacheFacts,
  type BlockDevice,
  type Devnum,
  type LoopFacts,
  type MultiDevice,
  type Snapshot,
} from './snapshot.ts';

/**
 * Gathers the facts. What cannot be read is left out: a device may vanish while it is looked at.
 * Only files of procfs and sysfs are opened, nothing on a disk.
 */
export async function takeSnapshot(source: FactSource): Promise<Snapshot> {
  const [mountinfo, swaps, commandLine, names] = await Promise.all([
    read(source, '/proc/self/mountinfo').then(parseMountinfo),
    read(source, '/proc/swaps').then(parseSwaps),
    read(source, '/proc/cmdline'),
    list(source, '/sys/class/block'),
  ]);
  const hasMount = (type: string) => mountinfo.mounts.some(({ fstype }) => fstype === type);
  const [tables, multiDevices, aufs] = await Promise.all([
    names.some((name) => name.startsWith('dm-')) ? source.deviceMapperTable() : '',
    hasMount('btrfs') ? readMultiDevices(source) : [],
    hasMount('aufs') ? readAufs(source) : undefined,
  ]);
  const targets: Tables = {
    byDevice: parseDeviceMapperTable(tables),
    withIntegrityKey: new Set(
      parseKeyedTargets(tables).flatMap(({ device, target }) =>
        target === 'integrity' ? [device] : [],
      ),
    ),
  };
  const devices = (
    await Promise.all(names.map((name) => readDevice(source, name, targets)))
  ).filter((device) => device !== undefined);
  const deviceGroups = await readDeviceGroups(
    source,
    devices.map(({ name }) => name),
  );
  return {
    version: snapshotVersion,
    mounts: mountinfo.mounts,
    swaps: swaps.swaps,
    devices: devices.toSorted((a, b) => byText(a.name, b.name)),
    multiDevices,
    ...(aufs !== undefined && { aufs }),
    ...(deviceGroups.length > 0 && { deviceGroups }),
    garbledLines: mountinfo.garbledLines + swaps.garbledLines,
    commandLine: commandLine.replace(/\n$/, ''),
  };
}

interface Tables {
  /** By plainName(), as both. */
  readonly byDevice: ReadonlyMap<string, readonly string[]>;
  readonly withIntegrityKey: ReadonlySet<string>;
}

/** Undefined for what is not in use, which is most of what a kernel lists: ram15, loop7, nbd3. */
async function readDevice(
  source: FactSource,
  name: string,
  tables: Tables,
): Promise<BlockDevice | undefined> {
  if (/^ram\d+$/.test(name)) return undefined;
  const path = `/sys/class/block/${name}`;
  const loop = /^loop\d+$/.test(name) ? await readLoop(source, path) : undefined;
  if (loop === undefined && /^loop\d+$/.test(name)) return undefined;
  const [event, size, readOnly, holders] = await Promise.all([
    read(source, `${path}/uevent`),
    read(source, `${path}/size`),
    read(source, `${path}/ro`),
    list(source, `${path}/holders`),
  ]);
  if (/^nbd\d+$/.test(name) && size.trim() === '0') return undefined;
  const { MAJOR, MINOR, PARTN } = parseEvent(event);
  if (MAJOR === undefined || MINOR === undefined) return undefined;
  const [slaves, dm, md, bcache] = await Promise.all([
    PARTN === undefined ? list(source, `${path}/slaves`) : [],
    name.startsWith('dm-') ? readDeviceMapper(source, path, tables) : undefined,
    name.startsWith('md') && PARTN === undefined ? readArray(source, path) : undefined,
    /^bcache\d+$/.test(name) ? readBcache(source, path) : undefined,
  ]);
  return {
    name,
    devnum: `${Number(MAJOR)}:${Number(MINOR)}` satisfies Devnum,
    sizeSectors: Number(size.trim()) || 0,
    readOnly: readOnly.trim() === '1',
    slaves,
    holders,
    ...(PARTN !== undefined && { partitionOf: wholeDisk(name, PARTN) }),
    ...(dm !== undefined && { dm }),
    ...(md !== undefined && { md }),
    ...(loop !== undefined && { loop }),
    ...(bcache !== undefined && { bcache }),
  };
}

/** A uevent file: `MAJOR=254`, `MINOR=1`, `DEVNAME=vda1`, `DEVTYPE=partition`, `PARTN=1`. */
function parseEvent(text: string): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(text.split('\n').map((line) => line.split('=', 2)));
}

/** The kernel names a partition disk + number, with a `p` between where the disk ends in a digit. */
function wholeDisk(name: string, number: string): string {
  const stem = name.slice(0, name.length - number.length);
  return /\dp$/.test(stem) ? stem.slice(0, -1) : stem;
}

async function readDeviceMapper(source: FactSource, path: string, tables: Tables) {
  const [line, uuid, suspended] = await Promise.all([
    read(source, `${path}/dm/name`),
    ...['uuid', 'suspended'].map((file) => readWord(source, `${path}/dm/${file}`)),
  ]);
  // Blanks are part of a name, and so are line ends.
  const name = line.replace(/\n$/, '');
  if (name === '') return undefined;
  return {
    name,
    uuid: uuid ?? '',
    suspended: suspended === '1',
    targets: tables.byDevice.get(plainName(name)) ?? [],
    ...(tables.withIntegrityKey.has(plainName(name)) && { integrityKey: true as const }),
  };
}

async function readArray(source: FactSource, path: string): Promise<ArrayFacts | undefined> {
  const [level, arrayState, metadataVersion, syncAction] = await Promise.all(
    ['level', 'array_state', 'metadata_version', 'sync_action'].map((file) =>
      readWord(source, `${path}/md/${file}`),
    ),
  );
  if (arrayState === undefined || arrayState === '') return undefined;
  return {
    level: level ?? '',
    arrayState,
    metadataVersion: metadataVersion ?? '',
    syncAction: syncAction ?? '',
  };
}

async function readLoop(source: FactSource, path: string): Promise<LoopFacts | undefined> {
  const backingFile = (await read(source, `${path}/loop/backing_file`)).replace(/\n$/, '');
  if (backingFile === '') return undefined;
  const [autoclear, offset] = await Promise.all(
    ['autoclear', 'offset'].map((file) => readWord(source, `${path}/loop/${file}`)),
  );
  return { backingFile, autoclear: autoclear === '1', offset: Number(offset) || 0 };
}

async function readBcache(source: FactSource, path: string): Promise<BcacheFacts | undefined> {
  const state = await readWord(source, `${path}/bcache/state`);
  return state === '' ? undefined : { state };
}

async function readMultiDevices(source: FactSource): Promise<readonly MultiDevice[]> {
  const uuids = (await list(source, '/sys/fs/btrfs')).filter((name) => /^[0-9a-f]+-/.test(name));
  return Promise.all(
    uuids.map(async (uuid) => ({
      uuid,
      devices: await list(source, `/sys/fs/btrfs/${uuid}/devices`),
    })),
  );
}

async function readAufs(source: FactSource): Promise<readonly AufsBranches[]> {
  const names = (await list(source, '/sys/fs/aufs')).filter((name) => name.startsWith('si_'));
  return Promise.all(names.map((name) => readBranches(source, name)));
}

async function readBranches(source: FactSource, name: string): Promise<AufsBranches> {
  const path = `/sys/fs/aufs/${name}`;
  const numbers = (await list(source, path))
    .map((file) => Number(/^br(\d+)$/.exec(file)?.[1] ?? -1))
    .filter((number) => number >= 0)
    .toSorted((a, b) => a - b);
  const branches = await Promise.all(
    numbers.map(async (number) => (await read(source, `${path}/br${number}`)).replace(/\n$/, '')),
  );
  return { id: name.slice('si_'.length), branches };
}
