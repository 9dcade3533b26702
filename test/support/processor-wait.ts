/** How long a virtual processor has waited for a real one: on a busy host that is most of the noise. */
import { readFile } from 'node:fs/promises';
import type { QemuMonitor } from './qemu-monitor.ts';

/**
 * Seconds since the start of the only virtual processor's thread (/proc/PID/schedstat,
 * Documentation/scheduler/sched-stats.rst); 0 where the kernel does not count.
 */
export async function processorWait(monitor: QemuMonitor): Promise<number> {
  const reply = await monitor.execute('query-cpus-fast');
  const [processor] = reply as readonly { readonly 'thread-id': number }[];
  const thread = processor?.['thread-id'] ?? 0;
  const text = await readFile(`/proc/${thread}/task/${thread}/schedstat`, 'utf8').catch(() => '');
  return Number(text.split(' ')[1] ?? 0) / 1e9;
}
