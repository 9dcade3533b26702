import { execa } from 'execa';
import { expect, test } from 'vitest';
import { generatedCode } from '../../../src/kernel/system-call.ts';

/** Objects that live long and die all the same: V8 compiles, compacts, and gives pages back. */
const script = `
const { lockMemory } = await import('${new URL('../../../src/kernel/system-call.ts', import.meta.url).href}');
const { readFileSync } = await import('node:fs');
lockMemory();
const locked = /VmLck:\\s+(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1];
let kept = [];
for (let i = 0; i < 40; i += 1) {
  kept.push(Array.from({ length: 20000 }, (_, j) => ({ j, text: 'x'.repeat(j % 50) + j, pair: [i, j] })));
  if (kept.length > i % 20) kept = kept.slice(10);
  await new Promise((resolve) => setTimeout(resolve, 2));
}
console.log(locked);
`;

test('memory is locked, and the runtime lives with that', { timeout: 60_000 }, async () => {
  const words = ['--no-warnings', '--input-type=module', '--eval', script];
  const { stdout } = await execa(process.execPath, words);
  // An ordinary user may lock 8 MiB at most, and gets nothing where that is not enough.
  expect(Number(stdout)).toBeGreaterThan(process.getuid?.() === 0 ? 10_000 : -1);
});

test('what V8 compiles is told from programs, libraries and data', () => {
  const maps = `00400000-0082e000 r--p 00000000 fe:00 5308944                            /usr/bin/node
0082e000-03489000 r-xp 0042e000 fe:00 5308944                            /usr/bin/node
283aa000-28c30000 rw-p 00000000 00:00 0                                  [heap]
3b2763f38000-3b27645cc000 rwxp 00000000 00:00 0 
7f0efefac000-7f0f0ef80000 ---p 00000000 00:00 0 
7f0f2ed00000-7f0f2ef15000 r-xp 01627000 fe:00 5308944                    /usr/bin/node
7f0f2ef15000-7f0f2ef40000 rwxp 00000000 00:00 0 
7ffca49c5000-7ffca49c7000 r-xp 00000000 00:00 0                          [vdso]
`;
  expect(generatedCode(maps)).toEqual([
    [0x3b2763f38000n, 0x3b27645cc000n],
    [0x7f0f2ef15000n, 0x7f0f2ef40000n],
  ]);
});
