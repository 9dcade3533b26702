import { Script } from 'node:vm';
import { expect, test } from 'vitest';
import { leaveOutModules } from '../../../scripts/runtime/builtin-modules.ts';
import { isLeftOut } from '../../../scripts/runtime/left-out-modules.ts';

const source = `module.exports = 'a module long enough to be replaced by one that throws ${'.'.repeat(60)}';`;
/** What V8 compiled of it, marked as Node's own. */
const compiled = new Script(source, { produceCachedData: true }).cachedData ?? Buffer.alloc(0);
const before = Buffer.from('before');

const leaveOut = (program: Buffer) => leaveOutModules(program, { test: source }, () => true);

test('a module becomes one that throws, and what was compiled of it zeros', () => {
  const program = Buffer.concat([before, Buffer.from(source), compiled, before]);
  leaveOut(program);
  const text = program.toString('latin1', before.length, before.length + source.length);
  expect(text.trimEnd()).toBe(
    `throw new Error("Node's module test is left out of this executable");`,
  );
  expect(() => new Script(text).runInThisContext()).toThrow(/left out/);
  expect(program.subarray(before.length + source.length, -before.length)).toEqual(
    Buffer.alloc(compiled.length),
  );
  expect(program.subarray(-before.length)).toEqual(before);
});

test('a program that looks otherwise is refused', () => {
  const text = Buffer.from(source);
  expect(() => leaveOut(Buffer.concat([text]))).toThrow(/compiled of it cannot be told apart/);
  expect(() => leaveOut(Buffer.concat([text, compiled, compiled]))).toThrow(/told apart/);
  expect(() => leaveOut(compiled)).toThrow(/its source is not in the program/);
  expect(() => leaveOut(Buffer.concat([text, text, compiled]))).toThrow(/more than once/);
});

test('modules of features are left out, those that others load are not', () => {
  const ids = [
    'test',
    'internal/test_runner/runner',
    'http2',
    'internal/repl/history',
    'fs',
    'test262',
  ];
  expect(ids.filter(isLeftOut)).toEqual(['test', 'internal/test_runner/runner', 'http2']);
});
