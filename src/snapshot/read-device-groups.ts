/** What holds block devices together or brings them, and is none itself: read from sysfs and procfs. */
import { list, read, readWord, type FactSource } from './fact-source.ts';
import type { DeviceGroup, DeviceGroupKind } from './snapshot.ts';

/** @param devices the kernel's names of all block devices in use. */
export async function readDeviceGroups(
  source: FactSource,
  devices: readonly string[],
): Promise<readonly DeviceGroup[]> {
  const groups = await Promise.all([
    readBcache(source, devices),
    readGroups(source, 'zfs-pool', '/proc/spl/kstat/zfs', readPool),
    readGroups(source, 'iscsi-session', '/sys/class/iscsi_session', readSession),
    readGroups(source, 'nvme-controller', '/sys/class/nvme', readController),
  ]);
  return groups.flat();
}

/** The devices of each name in a directory; undefined for what is no such group. */
async function readGroups(
  source: FactSource,
  kind: DeviceGroupKind,
  directory: string,
  readMembers: (source: FactSource, path: string) => Promise<readonly string[] | undefined>,
): Promise<readonly DeviceGroup[]> {
  const names = await list(source, directory);
  const groups = await Promise.all(
    names.map(async (name) => {
      const devices = await readMembers(source, `${directory}/${name}`);
      return devices === undefined ? [] : [{ kind, name, devices }];
    }),
  );
  return groups.flat();
}

const bcacheSets = '/sys/fs/bcache';

async function readBcache(
  source: FactSource,
  devices: readonly string[],
): Promise<readonly DeviceGroup[]> {
  if ((await list(source, bcacheSets)).length === 0) return [];
  const waiting = await Promise.all(
    devices.map(async (name): Promise<readonly DeviceGroup[]> => {
      const running = await readWord(source, `/sys/class/block/${name}/bcache/running`);
      return running === '0' ? [{ kind: 'bcache-backing', name, devices: [name] }] : [];
    }),
  );
  return [...(await readGroups(source, 'bcache-set', bcacheSets, readCaches)), ...waiting.flat()];
}

/** `cache0` leads into the directory of the device, whose name is in the directory above. */
async function readCaches(source: FactSource, path: string) {
  const files = await list(source, path);
  if (!files.includes('stop')) return undefined;
  const caches = files.filter((name) => /^cache\d+$/.test(name));
  const events = caches.map((name) => read(source, `${path}/${name}/../uevent`));
  return (await Promise.all(events))
    .flatMap((text) => /^DEVNAME=(.+)$/m.exec(text)?.[1] ?? [])
    .map((name) => name.replaceAll('/', '!'));
}

/** Beside the pools there are statistics of the module's own, which have no state. */
async function readPool(source: FactSource, path: string) {
  return (await readWord(source, `${path}/state`)) === '' ? undefined : [];
}

/** `device/target3:0:0/3:0:0:1/block/sda` */
async function readSession(source: FactSource, path: string) {
  const found: string[] = [];
  for (const target of await matching(source, `${path}/device`, /^target[\d:]+$/)) {
    for (const unit of await matching(source, target, /^[\d:]+$/)) {
      found.push(...(await list(source, `${unit}/block`)));
    }
  }
  return found;
}

async function matching(source: FactSource, path: string, pattern: RegExp) {
  const names = (await list(source, path)).filter((name) => pattern.test(name));
  return names.map((name) => `${path}/${name}`);
}

/**
 * Only a controller that is reached over a fabric can be deleted (nvme_dev_attrs_are_visible() in
 * drivers/nvme/host/sysfs.c). A namespace that has more than one path is `nvme0c1n2` on each of them, and the disk that is made of
 * these `nvme0n2` (nvme_mpath_set_disk_name() in drivers/nvme/host/multipath.c).
 */
async function readController(source: FactSource, path: string) {
  const files = await list(source, path);
  if (!files.includes('delete_controller')) return undefined;
  return files
    .map((name) => /^(nvme\d+)(?:c\d+)?(n\d+)$/.exec(name))
    .flatMap((words) => (words === null ? [] : [`${words[1]}${words[2]}`]));
}
