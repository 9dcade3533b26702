/**
 * Which tools perform a step: the commands are tried in order until one succeeds. Pure, so that it
 * can be read and tested without a machine.
 */
import type { TeardownStep } from '../plan/plan.ts';
import type { Command } from './run-with-deadline.ts';

const busybox = '/usr/bin/busybox';
const mount = '/usr/bin/mount';
const umount = '/usr/bin/umount';
const dmsetup = '/usr/sbin/dmsetup';
const cryptsetup = '/usr/sbin/cryptsetup';
const lvm = '/usr/sbin/lvm';
const mdadm = '/usr/sbin/mdadm';

export function commandsOfStep(step: TeardownStep): readonly Command[] {
  switch (step.kind) {
    case 'move-mount':
      return [[mount, '-n', '-c', '--move', step.from, step.to]];
    case 'unmount':
      return [unmountCommand([step.target], step.lazy)];
    case 'disable-swap':
      return [[busybox, 'swapoff', step.device === undefined ? step.path : `/dev/${step.device}`]];
    case 'detach-loop':
      return [[busybox, 'losetup', '-d', `/dev/${step.device}`]];
    case 'close-crypt':
      return closeCrypt(step.name, step.uuid);
    case 'remove-dm':
      return step.layer === 'lvm-metadata'
        ? [removeDevice(step.name), deactivateVolume(step.name)]
        : [removeDevice(step.name)];
    case 'stop-md':
      return [[mdadm, '--stop', `/dev/${step.device}`]];
  }
}

/**
 * What makes a step possible or keeps it from waiting for ever; its failure is not the step's. The
 * metadata of an external array is written by mdmon, which must have caught up; a multipath device
 * without paths keeps what is written until it is told to fail it.
 */
export function preparationOfStep(step: TeardownStep): Command | undefined {
  if (step.kind === 'stop-md' && step.external && !step.container) {
    return [mdadm, '--wait-clean', `/dev/${step.device}`];
  }
  if (step.kind === 'remove-dm' && step.layer === 'multipath') {
    return [...dmsetupWords('message'), step.name, '0', 'fail_if_no_path'];
  }
  return undefined;
}

/**
 * No canonicalising (it would walk a tree whose device may be dead), no /run/mount/utab, no
 * umount.<type> helper from a root that is going away.
 */
export function unmountCommand(targets: readonly string[], lazy: boolean): Command {
  return [umount, '-n', '-c', '-i', ...(lazy ? ['-l'] : []), ...targets];
}

/** Keeps the data: a device that is still in use answers EBUSY. Never waits for udev. */
function removeDevice(name: string): Command {
  return [...dmsetupWords('remove'), name];
}

/**
 * cryptsetup reads the volume's header from disk before it closes; the key is wiped by the kernel
 * when the table goes, which is all that plain removal does. So removal comes first, except where
 * only cryptsetup knows more: a self-encrypting drive has to be locked.
 */
function closeCrypt(name: string, uuid: string): readonly Command[] {
  const close: Command = [cryptsetup, 'close', name];
  const locksDrive = uuid.startsWith('CRYPT-LUKS2-OPAL');
  return locksDrive ? [close, removeDevice(name)] : [removeDevice(name), close];
}

function deactivateVolume(name: string): Command {
  return [lvm, 'lvchange', '-aln', '--noudevsync', `/dev/mapper/${name}`];
}

/** `--manglename none`: names are given as the kernel has them. */
export function dmsetupWords(verb: string): Command {
  return [dmsetup, verb, '--noudevsync', '--noudevrules', '--manglename', 'none'];
}

/** Milliseconds a step of this kind may take before it is given up for this round. */
export function deadlineOfStep(step: TeardownStep): number {
  switch (step.kind) {
    // Writes back what is dirty; systemd grants 90 s after its own sync.
    case 'unmount':
      return step.lazy ? 5_000 : 40_000;
    // Reads back every page that was swapped out.
    case 'disable-swap':
      return 40_000;
    case 'stop-md':
      return 15_000;
    case 'move-mount':
    case 'detach-loop':
    case 'close-crypt':
    case 'remove-dm':
      return 10_000;
  }
}
