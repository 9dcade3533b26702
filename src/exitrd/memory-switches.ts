/**
 * The kernel's switches that let one process have all memory, and what they were before
 * (Documentation/admin-guide/sysctl/vm.rst).
 */
import { writeFileSync } from 'node:fs';
import { readNow } from './read-now.ts';

const reservePath = '/proc/sys/vm/min_free_kbytes';
const mostOfInteger = `${2 ** 31 - 1}`;

/** In this order; of those that are lists each number is replaced. */
const switches: readonly (readonly [path: string, value: string])[] = [
  // Only an emergency on the console: running out of memory is what is wanted here.
  ['/proc/sys/kernel/printk', '1'],
  ['/proc/sys/vm/panic_on_oom', '0'],
  // Whoever has the highest score dies, not whoever happened to ask.
  ['/proc/sys/vm/oom_kill_allocating_task', '0'],
  ['/proc/sys/vm/oom_dump_tasks', '0'],
  ['/proc/sys/vm/overcommit_memory', '1'],
  ['/proc/sys/vm/watermark_boost_factor', '0'],
  ['/proc/sys/vm/watermark_scale_factor', '1'],
  [reservePath, '64'],
  // Pages that are free, but kept for one processor: as few as it goes. The second name until Linux 5.13.
  ['/proc/sys/vm/percpu_pagelist_high_fraction', mostOfInteger],
  ['/proc/sys/vm/percpu_pagelist_fraction', mostOfInteger],
  // Also the zones for devices that reach only low addresses.
  ['/proc/sys/vm/lowmem_reserve_ratio', '0'],
];

/** Sets the switches that there are; returns what sets them back. */
export function openMemory(): () => void {
  const before = switches.flatMap(([path, value]) => {
    const text = readNow(path);
    if (text === undefined) return [];
    put(path, changed(path, text, value));
    return [[path, text] as const];
  });
  return () => {
    for (const [path, value] of before.toReversed()) put(path, value);
  };
}

/** What the kernel gives nobody who can wait, in KiB. */
export function setReserve(kib: number): void {
  put(reservePath, `${kib}`);
}

function changed(path: string, text: string, value: string): string {
  // The first of its four numbers is the console's.
  return path.endsWith('/printk') ? value : text.replaceAll(/\d+/g, value);
}

function put(path: string, value: string): void {
  try {
    writeFileSync(path, value);
  } catch {
    // EROFS or EINVAL: this kernel goes on as it was.
  }
}
