import type { FaultGroup } from '../support/fault.ts';
import { disk } from './disk.ts';
import { holder } from './holder.ts';

/** All of them, in the order of docs/faults.md. */
export const faultGroups: readonly FaultGroup[] = [disk, holder];
