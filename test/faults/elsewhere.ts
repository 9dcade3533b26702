/** Faults whose machines need more than data to be broken or judged: other tests start them. */
export interface ShownElsewhere {
  readonly fault: string;
  /** A line of the console, as it is in a test or in our own sources; `…` stands for anything. */
  readonly seen: string;
  readonly saved: string;
  /** Below test. */
  readonly file: string;
  /** How the test is called there. */
  readonly title: string;
}

export const elsewhere: readonly ShownElsewhere[] = [
  {
    fault: 'no process can be started any more',
    seen: "ending by … with the kernel's own keys",
    saved: 'cleanly, but the key stays',
    file: 'vm/guard.test.ts',
    title: 'where no process can be started at all, the verb and the data are kept',
  },
  {
    fault: 'the executable is killed on the way to a kernel that was loaded',
    seen: 'the executable is gone or silent: the guard goes on without it',
    saved: 'cleanly',
    file: 'vm/guard.test.ts',
    title: 'when the executable was killed, kexec starts the kernel that was loaded all the same',
  },
  {
    fault: 'the executable and its guard both hang, with a hardware watchdog armed',
    seen: '',
    saved: 'the watchdog resets the machine',
    file: 'vm/watchdog.test.ts',
    title: 'an executable that does nothing, and a guard that lets it, end in a reset',
  },
  {
    fault: 'the executable dies, and somebody asks after the next boot what happened',
    seen: 'ended without a report',
    saved: 'the log, in the store of the kernel',
    file: 'vm/record.test.ts',
    title: 'when the executable died, the next boot finds what the guard said',
  },
  {
    fault: 'a crash kernel is loaded, with copies of the volume key in its memory',
    seen: 'old root freed, 1 key wiped, 0 left',
    saved: 'cleanly',
    file: 'vm/crash-kernel.test.ts',
    title: '%s leaves no copy of the volume key',
  },
  {
    fault:
      'a file the kernel itself holds, above keys of dm-crypt, of dm-integrity and of an encrypted directory',
    seen: 'old root not freed, …',
    saved: 'all data',
    file: 'vm/exitrd.test.ts',
    title: 'what cannot be freed keeps no key: of dm-crypt, of dm-integrity, of a directory',
  },
  {
    fault: 'a file the kernel itself holds, of an overlay with a branch in memory',
    seen: 'old root not freed, …',
    saved: 'all data; the branch is emptied',
    file: 'vm/memory.test.ts',
    title: 'an overlay that nothing can free: its branch is emptied, the key wiped',
  },
  {
    fault: 'the stick of a live system is pulled, idle or while it is written to',
    seen: 'was removed: the machine ends now',
    saved: 'nothing to save',
    file: 'vm/pull.test.ts',
    title: 'the stick pulled while %s, the machine ends itself and leaves nothing',
  },
  {
    fault: 'the image is damaged, cut off or lacks a file when /run/initramfs is filled',
    seen: 'cannot fill …: …; the machine will shut down without it',
    saved: 'systemd goes its plain way',
    file: 'image/hook.test.ts',
    title: 'of a damaged image',
  },
  {
    fault: 'a hook that hangs, and one that fails',
    seen: 'hook … failed: …',
    saved: 'cleanly',
    file: 'vm/exitrd.test.ts',
    title: 'hooks run in their order and time; one that hangs and one that fails stop nobody',
  },
];
