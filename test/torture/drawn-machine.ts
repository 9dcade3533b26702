/** A machine as it was drawn: what it is made of, bottom up, where it is mounted and what is wrong with it. */

export interface DrawnMachine {
  readonly seed: number;
  readonly verb: 'poweroff' | 'reboot' | 'halt' | 'kexec';
  /** Whose hand-over is imitated. */
  readonly systemd: 252 | 257;
  /** In the order of making: none lies on a later one. */
  readonly layers: readonly Layer[];
  /** The mount that is the root. */
  readonly root: string;
  /** In the order of mounting. */
  readonly places: readonly Place[];
  readonly faults: readonly DrawnFault[];
}

/** Devices and mounts have ids that are variables of the shell: d3, m1. */
export interface Layer {
  readonly kind: LayerKind;
  /** Ids of the devices and mounts it lies on. */
  readonly on: readonly string[];
  /** Ids of the devices it makes, or the one of a mount; none for a swap area. */
  readonly makes: readonly string[];
  /** What the kernel and its tools call it: of device-mapper, a group/volume, an array. */
  readonly name?: string;
  /** Where /dev/mapper has it, when not by its name. */
  readonly node?: string;
  /** As hexadecimal: the volume key, and what authenticates behind it. */
  readonly key?: string;
  readonly mib: number;
  /** More words: the RAID level, LUKS' kind, a loop's or zram's number. */
  readonly words?: readonly string[];
}

export type LayerKind =
  | 'disk'
  | 'partitions'
  | 'luks'
  | 'plain'
  | 'integrity'
  | 'linear'
  | 'group'
  | 'pool'
  | 'volume'
  | 'thin'
  | 'cached'
  | 'snapshot'
  | 'array'
  | 'loop'
  | 'zram'
  | 'swap'
  | 'swapfile'
  | 'ext4'
  | 'btrfs'
  | 'vfat'
  | 'memory'
  | 'overlay';

export type Place =
  /** `path` is below `parent`'s, the root's without one. */
  | {
      readonly kind: 'move';
      readonly mount: string;
      readonly parent: string;
      readonly path: string;
    }
  /** A directory of a mount, shown a second time. */
  | {
      readonly kind: 'bind';
      readonly mount: string;
      readonly parent: string;
      readonly path: string;
    }
  /** tmpfs in tmpfs in tmpfs. */
  | { readonly kind: 'nest'; readonly parent: string; readonly count: number };

/** `after`: seconds since the exitrd was entered. */
export type DrawnFault =
  | { readonly kind: 'holder'; readonly mount: string; readonly daemon: boolean }
  | { readonly kind: 'namespace' }
  | { readonly kind: 'frozen'; readonly mount: string }
  | {
      readonly kind: 'failing';
      readonly device: string;
      readonly name: string;
      readonly target: 'error' | 'flakey' | 'delay';
      readonly after: number;
    }
  /** Before the exitrd is entered without a time. */
  | {
      readonly kind: 'suspended';
      readonly device: string;
      readonly name: string;
      readonly after?: number;
    }
  | {
      readonly kind: 'unplugged';
      readonly disk: string;
      readonly serial: string;
      readonly after: number;
    }
  | {
      readonly kind: 'member';
      readonly array: string;
      /** Its place in the array. */
      readonly member: number;
      readonly after: number;
    }
  | { readonly kind: 'killed'; readonly signal: string; readonly after: number }
  | { readonly kind: 'tool'; readonly path: string; readonly does: ToolFault }
  | { readonly kind: 'full'; readonly directory: '/run' | '/run/initramfs' };

export type ToolFault = 'hangs' | 'fails' | 'lies' | 'babbles';

export const mountKinds: readonly LayerKind[] = ['ext4', 'btrfs', 'vfat', 'memory', 'overlay'];

/** File systems on disks, which can be looked at afterwards. */
export const diskMountKinds: readonly LayerKind[] = ['ext4', 'btrfs', 'vfat'];

export function mountsOf({ layers }: DrawnMachine, kinds = mountKinds): readonly Layer[] {
  return layers.filter(({ kind }) => kinds.includes(kind));
}

export function cryptsOf({ layers }: DrawnMachine): readonly Layer[] {
  return layers.filter(({ key }) => key !== undefined);
}
