/**
 * Whether the device of a step went by itself: with a deferred removal it goes with its last user, a
 * loop device with autoclear at its last close, swap with the stick that it was on. The tool then
 * fails, and the step is done.
 */
import { existsSync } from 'node:fs';
import type { DissolveGroup, TeardownStep } from '../plan/plan.ts';

export function isDeviceGone(step: TeardownStep): boolean {
  const fact = factOfDevice(step);
  return fact !== undefined && !existsSync(fact);
}

/** The file of sysfs that is there as long as the device is in use. */
function factOfDevice(step: TeardownStep): string | undefined {
  switch (step.kind) {
    case 'close-crypt':
    case 'remove-dm':
      return `/sys/block/${step.device}/dm/name`;
    case 'detach-loop':
      return `/sys/block/${step.device}/loop/backing_file`;
    case 'stop-md':
      return `/sys/block/${step.device}/md/array_state`;
    case 'stop-bcache':
      return `/sys/block/${step.device}`;
    case 'disconnect-nbd':
      return `/sys/block/${step.device}/pid`;
    case 'dissolve-group':
      return groupFact(step);
    case 'disable-swap':
      return swapFact(step.path, step.device);
    case 'move-mount':
    case 'unmount':
      return undefined;
  }
}

function groupFact({ group, name }: DissolveGroup): string {
  switch (group) {
    case 'bcache-set':
      return `/sys/fs/bcache/${name}`;
    case 'bcache-backing':
      return `/sys/class/block/${name}/bcache`;
    case 'zfs-pool':
      return `/proc/spl/kstat/zfs/${name}`;
    case 'iscsi-session':
      return `/sys/class/iscsi_session/${name}`;
    case 'nvme-controller':
      return `/sys/class/nvme/${name}`;
  }
}

/** A swap file has no device of its own; a device that is gone is not among the plan's devices. */
function swapFact(path: string, device: string | undefined): string | undefined {
  const [, name] = /^(?:\/oldroot)?\/dev\/(?:.*\/)?([^/]+)$/.exec(path) ?? [];
  const known = device ?? name;
  return known === undefined ? undefined : `/sys/class/block/${known}`;
}
