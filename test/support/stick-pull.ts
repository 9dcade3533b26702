/** A live system's stick pulled out at work, and how long the machine took to end itself. */
import type { LiveMachine } from './live-machine.ts';
import { processorWait } from './processor-wait.ts';

/** What the system is busy with, as a shell script that goes on for ever; nothing when idle. */
export const businesses = {
  // Nothing in memory but what was locked there.
  idle: 'sync; echo 3 >/proc/sys/vm/drop_caches',
  reading: `systemd-run --quiet --unit=busy sh -c 'while :; do
    find /usr -xdev -type f -exec cat {} + >/dev/null; echo 1 >/proc/sys/vm/drop_caches; done'`,
  writing: `systemd-run --quiet --unit=busy sh -c 'while :; do
    dd if=/dev/urandom of=/home/user/Persistent/busy bs=64k count=200 conv=fsync status=none; done'`,
} as const;

export type Business = keyof typeof businesses;

/** Until the medium is watched. */
export async function waitForWatcher({ shell }: LiveMachine): Promise<void> {
  const script = `until dmesg | grep -q "watching the medium"; do
    if systemctl is-failed shutdownramfs.service shutdownramfs-medium.service; then
      journalctl --boot --no-pager --lines=50
      exit 1
    fi
    sleep 0.5
  done`;
  await shell.run(`(${script})`, 300);
}

export interface Pull {
  readonly reason: 'guest-shutdown' | 'guest-reset';
  /** From the pull to the end, without what the virtual processor waited for a real one. */
  readonly seconds: number;
}

export async function pullStick(live: LiveMachine, deadlineSeconds: number): Promise<Pull> {
  const { machine } = live;
  const waitedBefore = await processorWait(machine.monitor);
  const pulledAt = machine.age();
  await live.pull();
  const { reason, seconds } = await machine.waitForEnd(deadlineSeconds);
  const waited = (await processorWait(machine.monitor)) - waitedBefore;
  return { reason, seconds: seconds - pulledAt - waited };
}
