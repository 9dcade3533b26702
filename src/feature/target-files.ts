/** Which files of a root tell what its machine is made of, and what each of them says. Pure. */
import type { Evidence } from './evidence.ts';
import { featureOfDevice } from './layers-of-device.ts';

export interface TargetFile {
  /** In the root. */
  readonly path: string;
  readonly text: string;
}

interface TargetSource {
  /** A file, a directory whose files are read (`/*` behind it), or one whose names count (`/`). */
  readonly path: string;
  readonly find: (file: TargetFile, cryptNames: ReadonlySet<string>) => readonly Evidence[];
}

/** Of the kernel that runs from the root; in the snapshot of its machine. */
export const runningCommandLine = '/proc/cmdline';

export const targetSources: readonly TargetSource[] = [
  { path: '/etc/fstab', find: findInFstab },
  { path: '/etc/crypttab', find: findInCrypttab },
  { path: '/etc/integritytab', find: named('integrity') },
  { path: '/etc/veritytab', find: named('verity') },
  { path: '/etc/mdadm.conf', find: findArrays },
  { path: '/etc/mdadm.conf.d/*', find: findArrays },
  { path: '/etc/mdadm/mdadm.conf', find: findArrays },
  { path: '/etc/mdadm/mdadm.conf.d/*', find: findArrays },
  { path: '/etc/lvm/backup/', find: named('lvm') },
  { path: '/etc/lvm/archive/', find: named('lvm') },
  { path: '/etc/multipath.conf', find: said('multipath') },
  { path: '/etc/multipath/wwids', find: named('multipath') },
  { path: '/etc/nbdtab', find: named('nbd') },
  { path: '/etc/nbd-client', find: findBlockDevices },
  { path: '/etc/iscsi/nodes/', find: named('iscsi') },
  { path: '/var/lib/iscsi/nodes/', find: named('iscsi') },
  { path: '/etc/iscsi/iscsi.initramfs', find: said('iscsi') },
  { path: '/etc/zfs/zpool.cache', find: said('zfs') },
  { path: '/etc/zfs/zfs-list.cache/', find: named('zfs') },
  { path: '/etc/kernel/cmdline', find: findInCommandLine },
  { path: '/usr/lib/kernel/cmdline', find: findInCommandLine },
  { path: '/etc/default/grub', find: findInCommandLine },
  { path: '/etc/default/grub.d/*', find: findInCommandLine },
  { path: '/boot/loader/entries/*', find: findInCommandLine },
  { path: runningCommandLine, find: findInCommandLine },
];

/** What these files say together, in the order of the sources. */
export function evidenceInFiles(files: readonly TargetFile[]): readonly Evidence[] {
  const crypttab = files.find(({ path }) => path === '/etc/crypttab')?.text ?? '';
  const cryptNames = new Set(rowsOf(crypttab).map(([name = '']) => name));
  return targetSources.flatMap(({ path: source, find }) =>
    files.filter(({ path }) => isOf(path, source)).flatMap((file) => find(file, cryptNames)),
  );
}

function isOf(path: string, source: string): boolean {
  if (!source.endsWith('/*')) return path === source;
  return path.startsWith(source.slice(0, -1));
}

function findInFstab({ path, text }: TargetFile, cryptNames: ReadonlySet<string>): Evidence[] {
  return rowsOf(text).flatMap(([device = '', , type = '']) => {
    const features = [featureOfDevice(device, cryptNames), fileSystems.get(type)];
    return features
      .filter((feature) => feature !== undefined)
      .map((feature) => ({ feature, because: `${path} names ${device}` }));
  });
}

const fileSystems: ReadonlyMap<string, string> = new Map([
  ['btrfs', 'btrfs'],
  ['nfs', 'nfs'],
  ['nfs4', 'nfs'],
  ['zfs', 'zfs'],
]);

function findInCrypttab({ path, text }: TargetFile, cryptNames: ReadonlySet<string>): Evidence[] {
  return rowsOf(text).flatMap(([name = '', device = '']) => {
    const below = featureOfDevice(device, cryptNames);
    return [
      { feature: 'crypt', because: `${path} names ${name}` },
      ...(below === undefined ? [] : [{ feature: below, because: `${path} names ${device}` }]),
    ];
  });
}

/** Of a keyword the first three letters count, in any case (mdadm.conf(5)). */
function findArrays({ path, text }: TargetFile): Evidence[] {
  return rowsOf(text)
    .filter(([word = '', device]) => /^arr/i.test(word) && device !== '<ignore>')
    .map(([, device = '']) => ({ feature: 'md', because: `${path} names ${device}` }));
}

function findBlockDevices({ path, text }: TargetFile): Evidence[] {
  return [...text.matchAll(/^\s*NBD_DEVICE\S*?=["']?(?<device>\/dev\/nbd\w+)/gm)].map(
    ({ groups }) => ({ feature: 'nbd', because: `${path} names ${groups?.['device']}` }),
  );
}

/** Each row names something of that kind. */
function named(feature: string) {
  return ({ path, text }: TargetFile): Evidence[] =>
    rowsOf(text).map(([name = '']) => ({
      feature,
      because: path.endsWith('/') ? `${path.slice(0, -1)} has ${name}` : `${path} names ${name}`,
    }));
}

/** It is there, and not only as comments. */
function said(feature: string) {
  return ({ path, text }: TargetFile): Evidence[] =>
    rowsOf(text).length > 0 ? [{ feature, because: `${path} is there` }] : [];
}

const argumentRules: readonly (readonly [pattern: RegExp, feature: string])[] = [
  [/^(?:rd\.)?luks\.(?:uuid|name|options|data|key)=|^crypt(?:device|opts)=/, 'crypt'],
  [/^rd\.lvm\.(?:lv|vg)=/, 'lvm'],
  [/^rd\.md\.uuid=|^md=/, 'md'],
  [/^(?:roothash|usrhash)=|^systemd\.verity_/, 'verity'],
  [/^(?:netroot|root)=iscsi:|^rd\.iscsi\.|^iscsi_|^ip=ibft/, 'iscsi'],
  [/^(?:netroot|root)=nbd:|^nbdroot=/, 'nbd'],
  [/^root=nfs|^nfsroot=/, 'nfs'],
  [/^root=zfs[:=]|^zfs=|^boot=zfs/i, 'zfs'],
];

function findInCommandLine(
  { path, text }: TargetFile,
  cryptNames: ReadonlySet<string>,
): Evidence[] {
  return rowsOf(text).flatMap((row) =>
    // In grub's settings the words stand in quotation marks.
    row
      .flatMap((word) => word.split(/["']/))
      .flatMap((word) => {
        const device = /^(?:root|resume)=(?<device>\/dev\/.*)$/.exec(word)?.groups?.['device'];
        const feature =
          device === undefined
            ? argumentRules.find(([pattern]) => pattern.test(word))?.[1]
            : featureOfDevice(device, cryptNames);
        return feature === undefined ? [] : [{ feature, because: `${path} has ${word}` }];
      }),
  );
}

/** Lines as words between blanks, without comments and empty lines. */
function rowsOf(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split(/\s+/));
}
