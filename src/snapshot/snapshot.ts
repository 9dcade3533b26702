/**
 * What the machine looked like at one moment: every fact the planner may use, as plain data that
 * can be written to a file and planned elsewhere. Nothing here was interpreted beyond parsing.
 */
export const snapshotVersion = 1;

export interface Snapshot {
  readonly version: typeof snapshotVersion;
  /** In the order of /proc/self/mountinfo, which is not parent before child after a pivot. */
  readonly mounts: readonly MountPoint[];
  readonly swaps: readonly SwapArea[];
  /** Whole disks and partitions, by name. */
  readonly devices: readonly BlockDevice[];
  /** File systems on several devices, of which mountinfo names but one. */
  readonly multiDevices: readonly MultiDevice[];
  /** Absent where no aufs is mounted, and in snapshots of versions that did not know it. */
  readonly aufs?: readonly AufsBranches[];
  /** Absent where there is none, and in snapshots of versions that did not know them. */
  readonly deviceGroups?: readonly DeviceGroup[];
  /** Lines of mountinfo and swaps that could not be read and are missing here. */
  readonly garbledLines: number;
  /** /proc/cmdline without its final newline. */
  readonly commandLine: string;
}

/** `major:minor`, as in mountinfo and in /sys/block/x/dev. */
export type Devnum = `${number}:${number}`;

/** One line of /proc/self/mountinfo (proc_pid_mountinfo(5)), octal escapes decoded. */
export interface MountPoint {
  readonly mountId: number;
  readonly parentId: number;
  readonly devnum: Devnum;
  /** The directory of the file system that is mounted here: `/` unless it is a bind mount. */
  readonly root: string;
  readonly target: string;
  /** Per-mount options, e.g. `rw,nosuid`. */
  readonly options: string;
  /** Propagation fields, e.g. `shared:12`, `master:3`. */
  readonly tags: readonly string[];
  readonly fstype: string;
  readonly source: string;
  /**
   * Per-superblock options; for an overlay these name its layers. As the kernel wrote them, octal
   * escapes included: a decoded comma would look like the next option.
   */
  readonly superOptions: string;
}

/**
 * One line of /proc/swaps. After a pivot the path is that of another root (`/oldroot/dev/dm-1`,
 * `/mapper/vg0-swap`, with ` (deleted)` behind it), so the device is found by name, never by path.
 */
export interface SwapArea {
  readonly path: string;
  readonly kind: 'partition' | 'file';
  readonly sizeKib: number;
  readonly usedKib: number;
  readonly priority: number;
}

/** /sys/fs/aufs/si_ID, where a kernel has aufs (aufs(5), its Documentation/ABI/testing/sysfs-aufs). */
export interface AufsBranches {
  /** As the option `si` of the mount has it: hexadecimal. */
  readonly id: string;
  /** The files br0, br1 …, the uppermost first: `/run/live/overlay=rw`, as seen from this process' root. */
  readonly branches: readonly string[];
}

/** /sys/fs/btrfs/UUID/devices. */
export interface MultiDevice {
  readonly uuid: string;
  /** Kernel names. */
  readonly devices: readonly string[];
}

/**
 * Block devices that something of the kernel's holds together which is no block device itself. Two
 * kinds are below what they belong to, which has to let go of them: `bcache-set`
 * (/sys/fs/bcache/UUID, its caches) and `bcache-backing` (a device that waits for its cache and so
 * carries no bcacheN). Of a `zfs-pool` (/proc/spl/kstat/zfs/NAME) the kernel does not show the devices.
 * Two kinds are above, the devices come over them: `iscsi-session` (/sys/class/iscsi_session/NAME) and
 * `nvme-controller` (/sys/class/nvme/NAME; only over fabrics, never on a bus of the machine).
 */
export interface DeviceGroup {
  readonly kind: DeviceGroupKind;
  readonly name: string;
  /** Kernel names. */
  readonly devices: readonly string[];
}

export type DeviceGroupKind =
  | 'bcache-set'
  | 'bcache-backing'
  | 'zfs-pool'
  | 'iscsi-session'
  | 'nvme-controller';

/** One directory of /sys/class/block. Names are the kernel's (`dm-0`, `md127`, `vda1`). */
export interface BlockDevice {
  readonly name: string;
  readonly devnum: Devnum;
  /** In units of 512 bytes, whatever the device's own sector size. */
  readonly sizeSectors: number;
  readonly readOnly: boolean;
  /** What this device is made of. */
  readonly slaves: readonly string[];
  /** What is made of this device. */
  readonly holders: readonly string[];
  /** The whole disk this is a partition of. */
  readonly partitionOf?: string;
  readonly dm?: DeviceMapperFacts;
  readonly md?: ArrayFacts;
  readonly loop?: LoopFacts;
  /** Of bcacheN on a backing device; a volume that lies in a cache set alone has none. */
  readonly bcache?: BcacheFacts;
}

/** /sys/block/dm-N/dm and the target types of the live table (`dmsetup table`). */
export interface DeviceMapperFacts {
  readonly name: string;
  /** Empty for a device made by plain dmsetup. */
  readonly uuid: string;
  readonly suspended: boolean;
  /** Target types of the live table in order, e.g. `['linear', 'linear']`; empty when unknown. */
  readonly targets: readonly string[];
  /** An integrity target whose checksums or journal need a key. */
  readonly integrityKey?: true;
}

/** /sys/block/mdN/md (Documentation/admin-guide/md.rst). */
export interface ArrayFacts {
  /** `raid1`, `container`, … */
  readonly level: string;
  /** `clean`, `active`, `readonly`, `read-auto`, `inactive`, … */
  readonly arrayState: string;
  /** `1.2`, `external:imsm`, `external:/md127/0`, … */
  readonly metadataVersion: string;
  /** `idle`, `resync`, … */
  readonly syncAction: string;
}

/** /sys/block/loopN/loop. */
export interface LoopFacts {
  /** As seen from this process' root; `/ (deleted)`-style suffixes are kept. */
  readonly backingFile: string;
  readonly autoclear: boolean;
  readonly offset: number;
}

/** /sys/block/bcacheN/bcache (Documentation/admin-guide/bcache.rst). */
export interface BcacheFacts {
  /** `no cache`, `clean`, `dirty` or `inconsistent`. */
  readonly state: string;
}
