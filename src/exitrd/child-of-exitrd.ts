/** The executable as a child of itself, for calls that may wait or that change the process. */
import { existsSync } from 'node:fs';
import { readNow } from './read-now.ts';
import { parseState } from './read-process.ts';

export const exitrdProgram = '/usr/lib/shutdownramfs/shutdown';

/** Its first word. */
export const childWord = {
  clearKeyrings: '--clear-keyrings',
  deviceMapper: '--device-mapper',
  disconnectNbd: '--disconnect-nbd',
  emptyFirstRoot: '--empty-first-root',
  end: '--end',
  forgetDirectoryKeys: '--forget-directory-keys',
  unmount: '--unmount',
  unmountHidden: '--unmount-hidden',
  wipeCrashKernel: '--wipe-crash-kernel',
} as const;

/** On a machine in use such a call would take apart what others need, so it is refused there. */
export function isChildOfExitrd(): boolean {
  const parent = parseState(readNow(`/proc/${process.ppid}/stat`) ?? '');
  return (process.ppid === 1 || parent?.parentId === 1) && existsSync('/guard/busybox');
}
