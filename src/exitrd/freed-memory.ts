/**
 * What the running kernel does with memory that is freed, from what it says itself. It decides at
 * boot and cannot change its mind (static keys, mm/mm_init.c). Pure.
 */

/**
 * `zeroed`: by init_on_free. `poisoned`: overwritten with a pattern, by page_poison. `kept`: it
 * stays readable. `unknown`: nothing tells, so it has to be taken for kept.
 */
export type FreedMemory = 'zeroed' | 'poisoned' | 'kept' | 'unknown';

export interface FreedMemoryFacts {
  /** The kernel log as far as it goes back, as syslog(2) or /dev/kmsg give it. */
  readonly log: string;
  readonly commandLine: string;
  /** The text of /proc/config.gz; undefined where the kernel has none. */
  readonly config: string | undefined;
}

/**
 * The boot log counts most: it is the outcome. On a machine that has been up for long it was
 * overwritten, and what the kernel was asked for has to do. A page_poison on the command line alone
 * counts for nothing, since a kernel without CONFIG_PAGE_POISONING ignores it.
 */
export function fateOfFreedMemory({ log, commandLine, config }: FreedMemoryFacts): FreedMemory {
  if (/mem auto-init: CONFIG_PAGE_POISONING is on, will take precedence/.test(log)) {
    return 'poisoned';
  }
  const poisoning = lastSwitch(commandLine, 'page_poison') === true;
  if (poisoning && isBuiltIn(config, 'PAGE_POISONING')) return 'poisoned';
  const told = /mem auto-init: .*\bheap free:(?<state>on|off)\b/.exec(log)?.groups?.['state'];
  if (told !== undefined) return told === 'on' ? 'zeroed' : 'kept';
  const asked = lastSwitch(commandLine, 'init_on_free');
  if (asked !== undefined) return asked ? 'zeroed' : 'kept';
  if (config === undefined) return 'unknown';
  return isBuiltIn(config, 'INIT_ON_FREE_DEFAULT_ON') ? 'zeroed' : 'kept';
}

/** The last word of that name counts; its values are those of kstrtobool() (lib/kstrtox.c). */
function lastSwitch(commandLine: string, name: string): boolean | undefined {
  const values = commandLine
    .split(/\s+/)
    .filter((word) => word.startsWith(`${name}=`))
    .map((word) => word.slice(name.length + 1));
  return values
    .map((value) => {
      if (/^(?:[yt1]|on)/i.test(value)) return true;
      return /^(?:[nf0]|of)/i.test(value) ? false : undefined;
    })
    .findLast((value) => value !== undefined);
}

function isBuiltIn(config: string | undefined, name: string): boolean {
  return config?.split('\n').includes(`CONFIG_${name}=y`) ?? false;
}
