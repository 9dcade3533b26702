/** Whether free memory is to be overwritten: settings, the kernel command line over them. Pure. */
import type { Settings } from '../settings/settings.ts';
import type { FreedMemory } from './freed-memory.ts';

type Policy = Settings['freeMemory']['overwrite'];

/** `shutdownramfs.overwrite=never`, `=when-needed` or `=always`; the last such word counts. */
const parameter = /^shutdownramfs\.overwrite=(?<policy>never|when-needed|always)$/;

export function isOverwritingWanted(
  configured: Policy,
  commandLine: string,
  fate: FreedMemory,
): boolean {
  const asked = commandLine
    .split(/\s+/)
    .findLast((word) => parameter.test(word))
    ?.split('=')[1];
  switch ((asked as Policy | undefined) ?? configured) {
    case 'never':
      return false;
    case 'always':
      return true;
    case 'when-needed':
      return fate === 'kept' || fate === 'unknown';
  }
}
