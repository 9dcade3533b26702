/** What an installation asks of the systemd that runs this machine. */
import { access } from 'node:fs/promises';
import { execa } from 'execa';
import { Failure, reasonOf } from '../failure.ts';
import { hookFile } from './installed-path.ts';

const unit = 'shutdownramfs.service';
const mediumUnit = 'shutdownramfs-medium.service';

/** Whether `root` is the root of this machine and systemd runs it (sd_booted(3)). */
export async function isRunning(root: string): Promise<boolean> {
  if (root !== '/') return false;
  return access('/run/systemd/system').then(
    () => true,
    () => false,
  );
}

/** Fills the exitrd now, also over an earlier one, and begins or ends the watching of the medium. */
export async function startNow(watchMedium: boolean): Promise<void> {
  await systemctl('daemon-reload');
  // Before the filling, which replaces what it runs from.
  await stopWatching();
  await systemctl('restart', unit);
  if (!watchMedium) return;
  await systemctl('restart', 'memlockd.service');
  await systemctl('start', mediumUnit);
}

/** systemctl fails for a unit that it does not know. */
async function stopWatching(): Promise<void> {
  await execa('systemctl', ['stop', mediumUnit], { reject: false });
}

/** Takes the exitrd out of memory; systemd shuts down plainly from then on. */
export async function stopNow(): Promise<void> {
  await stopWatching();
  await systemctl('stop', unit);
  await execa(hookFile, ['clear']).catch((error: unknown) => {
    throw new Failure(`clear /run/initramfs: ${reasonOf(error)}`, { cause: error });
  });
}

export async function forgetUnits(): Promise<void> {
  await systemctl('daemon-reload');
}

async function systemctl(...words: readonly string[]): Promise<void> {
  try {
    await execa('systemctl', words);
  } catch (error) {
    throw new Failure(`systemctl ${words.join(' ')}: ${reasonOf(error)}`, {
      hint: `journalctl --unit ${unit} says why`,
    });
  }
}
