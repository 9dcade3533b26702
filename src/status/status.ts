import { findHeldKeys } from './find-held-keys.ts';
import { findRemarks, type Remark } from './find-remarks.ts';
import type { ExitrdState } from './exitrd-state.ts';
import type { HeldKey } from './held-key.ts';
import type { StatusFacts } from './status-facts.ts';

export interface Status {
  readonly version: 1;
  /** Shutdown will go through the exitrd, and be able to wipe each key. */
  readonly wipeable: boolean;
  readonly exitrd: ExitrdState;
  readonly keys: readonly HeldKey[];
  readonly remarks: readonly Remark[];
}

export function statusOf(facts: StatusFacts): Status {
  const keys = findHeldKeys(facts);
  const isReady = facts.exitrd.state === 'ready' || facts.exitrd.state === 'placeholder';
  return {
    version: 1,
    wipeable: isReady && facts.isRoot && keys.every(({ wipeable }) => wipeable),
    exitrd: facts.exitrd,
    keys,
    remarks: findRemarks(facts),
  };
}
