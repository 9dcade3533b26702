/**
 * Disks over a network whose other end answers no more. The kernel would go on asking: for minutes over iSCSI and NVMe, for
 * ever over nbd, and as long an unmount would wait. Each is asked for one block; one that is silent is taken from the kernel,
 * so that what is on its way fails. What answers, be it with an error, is left alone; where the kernel has given the server
 * up, nothing can be written any more either.
 */
import type { DeviceGroup, Snapshot } from '../snapshot/snapshot.ts';
import { childWord, exitrdProgram } from './child-of-exitrd.ts';
import type { Budget } from './budget.ts';
import type { Run } from './execute-plan.ts';
import { readOneBlock } from './read-one-block.ts';
import type { Command } from './run-with-deadline.ts';
import { writeToEach } from './step-command.ts';

/** Milliseconds. TCP sends four times within this when an answer is missing. */
const silence = 5_000;
const deadline = 5_000;
const mostAsked = 64;

interface RemoteDisks {
  readonly devices: readonly string[];
  /** Has the kernel let go of them. */
  readonly cut: Command;
}

/** What was cut off, or was before, each with why. */
export async function cutSilentDisks(
  snapshot: Snapshot,
  budget: Budget,
  run: Run,
): Promise<readonly string[]> {
  const sessions = groupsOf(snapshot, 'iscsi-session').map(({ name }) => recoveryTime(name));
  if (sessions.length > 0) {
    // Nobody logs in again. Refused of a session whose connection is lost already, whose time runs.
    await run(writeToEach('0', sessions), budget.deadline(deadline));
  }
  const asked = await Promise.all(
    remoteDisks(snapshot).map(async (disks) => ({
      ...disks,
      state: await stateOf(disks.devices, budget, run),
    })),
  );
  const cut = asked.filter(({ state }) => state === 'silent');
  if (cut.length > 0) {
    // A sender that waits for room in its socket holds what is needed to close that.
    await run(writeToEach('3', [retransmissions]), budget.deadline(deadline));
    await Promise.all(cut.map((disks) => run(disks.cut, budget.deadline(deadline))));
  }
  return asked
    .filter(({ state }) => state !== 'answers')
    .flatMap(({ devices }) => devices.map((name) => `${name}: its server does not answer`));
}

/**
 * After so many that nobody answers a connection is lost: here after three seconds, otherwise after a quarter of an
 * hour (tcp_retries2 in Documentation/networking/ip-sysctl.rst, retransmits_timed_out() in net/ipv4/tcp_timer.c).
 */
const retransmissions = '/proc/sys/net/ipv4/tcp_retries2';

/** Pure. */
function remoteDisks(snapshot: Snapshot): readonly RemoteDisks[] {
  const nbd = snapshot.devices.filter(({ name }) => /^nbd\d+$/.test(name));
  return [
    ...nbd.map(({ name }) => ({
      devices: [name],
      cut: [exitrdProgram, childWord.disconnectNbd, name] as const,
    })),
    ...groupsOf(snapshot, 'iscsi-session').map(({ devices }) => ({
      devices,
      // A blocked disk is deleted at once, its commands fail (__scsi_remove_device() in drivers/scsi/scsi_sysfs.c).
      cut: writeToEach(
        '1',
        devices.map((name) => `/sys/block/${name}/device/delete`),
      ),
    })),
    ...groupsOf(snapshot, 'nvme-controller').map(({ name, devices }) => ({
      devices,
      cut: writeToEach('1', [`/sys/class/nvme/${name}/delete_controller`]),
    })),
  ];
}

function groupsOf({ deviceGroups = [] }: Snapshot, kind: DeviceGroup['kind']) {
  return deviceGroups.filter((group) => group.kind === kind);
}

function recoveryTime(session: string): string {
  return `/sys/class/iscsi_session/${session}/recovery_tmo`;
}

/** Of those that come over one connection: `failed` when the kernel has given up all of them already. */
type State = 'answers' | 'failed' | 'silent';

async function stateOf(devices: readonly string[], budget: Budget, run: Run): Promise<State> {
  const time = budget.deadline(silence);
  if (time < silence) return 'answers';
  const states = await Promise.all(
    devices.slice(0, mostAsked).map(async (name): Promise<State> => {
      const start = performance.now();
      const { ok, reason } = await readOneBlock(`/dev/${name}`, silence, run);
      if (!ok && performance.now() - start >= silence) return 'silent';
      return /Input\/output error/.test(reason) ? 'failed' : 'answers';
    }),
  );
  if (states.includes('silent')) return 'silent';
  return states.length > 0 && states.every((state) => state === 'failed') ? 'failed' : 'answers';
}
