import { expect, test } from 'vitest';
import { isAsWritten, markWritten } from '../../../src/live-build/written-mark.ts';

const content = Buffer.concat([Buffer.from('#!/bin/sh\nexit\n'), Buffer.from([0, 255, 10, 128])]);

test('what is marked is recognized, and only a line is added', () => {
  const marked = markWritten(content);
  expect(isAsWritten(marked)).toBe(true);
  const [first, , ...others] = marked.toString('latin1').split('\n');
  expect([first, ...others].join('\n')).toBe(content.toString('latin1'));
});

test.each([
  ['the first byte', 0],
  ['the script', 120],
  ['the last byte', -1],
])('a change of %s is seen', (_, at) => {
  const marked = markWritten(content);
  const index = at < 0 ? marked.length + at : at;
  marked[index] = (marked[index] ?? 0) ^ 1;
  expect(isAsWritten(marked)).toBe(false);
});

test('what was never marked is not recognized', () => {
  expect(isAsWritten(content)).toBe(false);
  expect(isAsWritten(Buffer.alloc(0))).toBe(false);
});
