import type { FaultGroup } from '../support/fault.ts';
import { array } from './array.ts';
import { crypt } from './crypt.ts';
import { disk } from './disk.ts';
import { environment } from './environment.ts';
import { holder } from './holder.ts';
import { mount } from './mount.ts';
import { name } from './name.ts';
import { network } from './network.ts';
import { runtime } from './runtime.ts';
import { swap } from './swap.ts';
import { tool } from './tool.ts';

/** All of them, in the order of docs/faults.md. */
export const faultGroups: readonly FaultGroup[] = [
  disk,
  array,
  holder,
  mount,
  name,
  crypt,
  swap,
  network,
  tool,
  runtime,
  environment,
];
