import { expect, test } from 'vitest';
import { parseOutOfMemory } from '../../../src/exitrd/parse-out-of-memory.ts';

/** Shortened from Linux 6.12. */
const report = (free: number, cached: number, process: number) => `<4>[   54.650377] Mem-Info:
<4>[   54.650434] active_anon:214085 inactive_anon:0 isolated_anon:0
<4>[   54.650434]  free:${free} free_pcp:${cached} free_cma:0
<4>[   54.650516] Node 0 DMA free:680kB boost:0kB min:696kB low:868kB free_pcp:176kB
<6>[   54.650797] oom-kill:constraint=CONSTRAINT_NONE,nodemask=(null),cpuset=/,task=node,pid=${process}
<3>[   54.650949] Out of memory: Killed process ${process} (node-MainThread) total-vm:2343684kB, UID:0
`;
const rationed =
  '<3>[   55.1] Out of memory: Killed process 334 (node-MainThread) total-vm:2343684kB\n';

test.each([
  ['one', report(11110, 958, 332), 12068],
  ['the last of two', report(11110, 958, 332) + report(17, 0, 333), 17],
  ['one whose numbers were left out after an earlier one', report(1, 2, 332) + rationed, undefined],
  ['none', '<6>[    0.0] Linux version 6.12', undefined],
])('%s', (_, log, found) => {
  expect(parseOutOfMemory(log)).toEqual(found);
});
