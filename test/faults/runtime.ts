import type { Fault, FaultGroup } from '../support/fault.ts';

/** What is the same for all: the guard ends the machine, and there is no report. */
const guarded = {
  stack: 'A',
  report: undefined,
  seen: 'the executable is gone or silent: the guard goes on without it',
  saved: 'cleanly',
} as const;

/** Once the teardown has begun. */
const whenBegun = 'while [ -e /oldroot/proc/self ]; do /guard/busybox sleep 0.1; done';
/** In the middle of wiping. */
const whenSuspended = `until /guard/busybox grep -qs 1 /sys/block/dm-*/dm/suspended; do
  /guard/busybox sleep 0.02
done`;

const faults: readonly Fault[] = [
  {
    ...guarded,
    name: 'the executable dies of SIGSEGV in the middle of its work',
    damage: { before: `{ ${whenBegun}; kill -SEGV $$; } &` },
  },
  {
    ...guarded,
    name: 'the executable aborts while it has a crypt device suspended below a root that is held',
    stack: 'pinned',
    verb: 'reboot',
    damage: { before: `{ ${whenSuspended}; kill -ABRT $$; } &` },
    saved: 'all data',
    plaintextMayRemain: true,
  },
  {
    ...guarded,
    name: 'the executable dies of SIGSEGV, and dmsetup reports success and does nothing, below a root that is held',
    stack: 'pinned',
    damage: {
      before: `{ ${whenBegun}; kill -SEGV $$; } &`,
      tools: { 'usr/sbin/dmsetup': 'exit 0' },
    },
    blocker: /wiped the key of crypt0/,
    saved: 'all data',
    plaintextMayRemain: true,
  },
  {
    ...guarded,
    name: 'the event loop of the executable is stuck',
    damage: { before: `{ ${whenBegun}; kill -STOP $$; } &` },
    seconds: 90,
  },
  {
    ...guarded,
    name: 'the executable gets no memory',
    verb: 'halt',
    damage: { before: 'ulimit -v 400000' },
  },
  {
    ...guarded,
    name: 'a library of the executable is missing',
    damage: { without: ['usr/lib/x86_64-linux-gnu/libstdc++.so.6'] },
  },
  {
    ...guarded,
    name: 'the executable is truncated',
    verb: 'kexec',
    damage: { truncated: true },
  },
  {
    ...guarded,
    name: 'blocks of the executable are damaged in the compressed image',
    damage: { damagedBlocks: true },
  },
];

export const runtime: FaultGroup = {
  title: 'The executable fails',
  file: 'runtime',
  faults,
};
