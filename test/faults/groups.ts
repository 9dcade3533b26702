import type { FaultGroup } from '../support/fault.ts';
import { disk } from './disk.ts';
import { environment } from './environment.ts';
import { holder } from './holder.ts';
import { runtime } from './runtime.ts';

/** All of them, in the order of docs/faults.md. */
export const faultGroups: readonly FaultGroup[] = [disk, holder, runtime, environment];
