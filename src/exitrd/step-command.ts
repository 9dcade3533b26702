/**
 * Which tools perform a step: the commands are tried in order until one succeeds. Pure, so that it
 * can be read and tested without a machine.
 */
import type { CloseCrypt, DeviceMapperLayer, DissolveGroup, TeardownStep } from '../plan/plan.ts';
import { isServed } from '../plan/file-system-class.ts';
import { childWord, exitrdProgram } from './child-of-exitrd.ts';
import type { Command } from './run-with-deadline.ts';

const busybox = '/usr/bin/busybox';
const mount = '/usr/bin/mount';
const umount = '/usr/bin/umount';
const dmsetup = '/usr/sbin/dmsetup';
const cryptsetup = '/usr/sbin/cryptsetup';
const lvm = '/usr/sbin/lvm';
const mdadm = '/usr/sbin/mdadm';
const zpool = '/usr/sbin/zpool';
const iscsid = '/usr/sbin/iscsid';
const iscsiadm = '/usr/sbin/iscsiadm';

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
    case 'stop-bcache':
      return [stop(`/sys/block/${step.device}/bcache/stop`, [`/sys/block/${step.device}`])];
    case 'disconnect-nbd':
      return [[exitrdProgram, childWord.disconnectNbd, step.device]];
    case 'dissolve-group':
      return dissolveGroup(step);
  }
}

function dissolveGroup({ group, name, devices }: DissolveGroup): readonly Command[] {
  switch (group) {
    case 'bcache-set': {
      const registered = devices.map((device) => `/sys/class/block/${device}/bcache`);
      return [stop(`/sys/fs/bcache/${name}/stop`, [`/sys/fs/bcache/${name}`, ...registered])];
    }
    case 'bcache-backing':
      return [stop(`/sys/class/block/${name}/bcache/stop`, [`/sys/class/block/${name}/bcache`])];
    case 'zfs-pool':
      return [[zpool, 'export', name]];
    case 'iscsi-session':
      return [
        logOut(name),
        writeToEach(
          '1',
          devices.map((device) => `/sys/block/${device}/device/delete`),
        ),
      ];
    case 'nvme-controller':
      return [writeToEach('1', [`/sys/class/nvme/${name}/delete_controller`])];
  }
}

/**
 * The kernel only promises to stop: it does when the last user has gone, and then lets go of what is
 * below (bcache_device_stop() and bch_cache_set_stop() in drivers/md/bcache/super.c). `detach` would write all back
 * before, `unregister` deletes a volume that lies in the cache alone: neither is for a shutdown.
 */
function stop(file: string, gone: readonly string[]): Command {
  const script = `echo 1 >"$0" || exit
for file; do while [ -e "$file" ]; do sleep 0.1; done; done`;
  return [busybox, 'sh', '-c', script, file, ...gone];
}

/**
 * iscsiadm(8) asks iscsid(8), which was killed with all other processes, and obeys only who is called root
 * (mgmt_peeruser() in its usr/mgmt_ipc.c). Where they are not packed, or the
 * network is gone, its disks are taken from the kernel, which flushes them (sd_shutdown() in drivers/scsi/sd.c).
 */
function logOut(session: string): Command {
  const script = `[ -x ${iscsiadm} ] || { echo 'no iscsiadm' >&2; exit 1; }
[ -e /etc/passwd ] || echo root:x:0:0::/: >/etc/passwd
${iscsid} --no-pid-file
for _ in $(seq 20); do ${iscsiadm} --mode session --sid "$0" --logout && exit; sleep 0.2; done
exit 1`;
  return [busybox, 'sh', '-c', script, session.replace(/^session/, '')];
}

/** All of them, whatever becomes of one; fails when one does. */
export function writeToEach(value: string, files: readonly string[]): Command {
  const script = 'status=0; for file; do echo "$0" >"$file" || status=1; done; exit $status';
  return [busybox, 'sh', '-c', script, value, ...files];
}

/**
 * What makes a step possible or keeps it from waiting for ever; its failure is not the step's. The
 * metadata of an external array is written by mdmon, which must have caught up; a multipath device
 * without paths keeps what is written until it is told to fail it. What comes over a network is
 * flushed first, the cache of the disk at the other end included (fsync(2) of its device).
 */
export function preparationOfStep(step: TeardownStep): Command | undefined {
  if (step.kind === 'stop-md' && step.external && !step.container) {
    return [mdadm, '--wait-clean', `/dev/${step.device}`];
  }
  if (step.kind === 'remove-dm' && step.layer === 'multipath') {
    return [...dmsetupWords('message'), step.name, '0', 'fail_if_no_path'];
  }
  const remote = devicesOverNetwork(step).map((device) => `/dev/${device}`);
  return remote.length === 0 ? undefined : [busybox, 'sync', ...remote];
}

function devicesOverNetwork(step: TeardownStep): readonly string[] {
  if (step.kind === 'disconnect-nbd') return [step.device];
  if (step.kind !== 'dissolve-group') return [];
  return step.group === 'iscsi-session' || step.group === 'nvme-controller' ? step.devices : [];
}

/**
 * No canonicalising (it would walk a tree whose device may be dead), no /run/mount/utab, no
 * umount.<type> helper from a root that is going away.
 */
export function unmountCommand(targets: readonly string[], lazy: boolean): Command {
  return [umount, '-n', '-c', '-i', ...(lazy ? ['-l'] : []), ...targets];
}

/**
 * For what comes over a network or from a process, which may be gone: what waits for an answer fails then
 * (umount_begin of fs/nfs, fs/fuse, fs/smb, fs/ceph). What was not written is lost.
 */
export function forcedUnmountOf(step: TeardownStep): Command | undefined {
  return step.kind === 'unmount' && !step.lazy && isServed(step.fstype)
    ? forcedUnmountCommand(step.target)
    : undefined;
}

export function forcedUnmountCommand(target: string): Command {
  return [umount, '-n', '-c', '-i', '-f', target];
}

/** The same by busybox, should the tool be missing or broken; it reads the links of the path first. */
export function standInOf([program, ...words]: Command): Command | undefined {
  const targets = words.filter((word) => word.startsWith('/'));
  if (program === umount) {
    return [busybox, 'umount', '-n', ...(words.includes('-l') ? ['-l'] : []), ...targets];
  }
  // Its mount takes what follows a # in the first path for no part of it.
  const move = `cd "$0" && exec ${busybox} mount -n -o move . "$1"`;
  return program === mount ? [busybox, 'sh', '-c', move, ...targets] : undefined;
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
  const close: Command = [cryptsetup, 'close', '--', name];
  return locksDrive(uuid) ? [close, removeDevice(name)] : [removeDevice(name), close];
}

/** For a device that cannot be closed: its range of the drive is locked all the same. */
export function lockDriveCommand({ name, uuid }: CloseCrypt): Command | undefined {
  return locksDrive(uuid) ? [cryptsetup, 'luksSuspend', '--', name] : undefined;
}

function locksDrive(uuid: string): boolean {
  return uuid.startsWith('CRYPT-LUKS2-OPAL-');
}

function deactivateVolume(name: string): Command {
  return [lvm, 'lvchange', '-aln', '--noudevsync', `/dev/mapper/${name}`];
}

/** `--manglename none`: names are given as the kernel has them. They come next, and may begin with a dash. */
export function dmsetupWords(verb: string, ...options: string[]): Command {
  return [dmsetup, verb, '--noudevsync', '--noudevrules', '--manglename', 'none', ...options, '--'];
}

/** What they keep in memory or in a journal is written when they are suspended, which removal does first. */
const writesBack = new Set<DeviceMapperLayer>(['lvm-metadata', 'integrity']);

/** Milliseconds a step of this kind may take before it is given up for this round. */
export function deadlineOfStep(step: TeardownStep): number {
  switch (step.kind) {
    // Writes back what is dirty; systemd grants 90 s after its own sync.
    case 'unmount':
      if (step.lazy) return 5_000;
      return isServed(step.fstype) ? 20_000 : 40_000;
    // Reads back every page that was swapped out.
    case 'disable-swap':
      return 40_000;
    // Writes the nodes of its tree and its journal.
    case 'stop-bcache':
    case 'stop-md':
      return 15_000;
    case 'dissolve-group':
      return step.group === 'zfs-pool' ? 30_000 : 15_000;
    case 'remove-dm':
      return writesBack.has(step.layer) ? 30_000 : 10_000;
    case 'disconnect-nbd':
    case 'move-mount':
    case 'detach-loop':
    case 'close-crypt':
      return 10_000;
  }
}
