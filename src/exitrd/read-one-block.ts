import type { CommandOutcome } from './run-with-deadline.ts';
import type { Run } from './execute-plan.ts';

/** Past the page cache, so that the device itself has to answer. In a child, which may wait for ever. */
export function readOneBlock(path: string, deadline: number, run: Run): Promise<CommandOutcome> {
  const words = [`if=${path}`, 'of=/dev/null', 'bs=4096', 'count=1', 'iflag=direct'];
  return run(['/usr/bin/busybox', 'dd', ...words], deadline);
}
