import { expect, test } from 'vitest';
import {
  interpreterLineLimit,
  parseInterpreterLine,
} from '../../../src/script/parse-interpreter-line.ts';

const parse = (text: string) =>
  parseInterpreterLine(Buffer.from(text).subarray(0, interpreterLineLimit + 1));

test.each<[string, string, string | undefined]>([
  ['#!/bin/sh\necho', '/bin/sh', undefined],
  ['#! /bin/sh -e', '/bin/sh', '-e'],
  ['#!\t /bin/sh \t-e  -u\t \n', '/bin/sh', '-e  -u'],
  ['#!/usr/bin/env -S perl -w # x\n', '/usr/bin/env', '-S perl -w # x'],
  [`#!/bin/sh ${'a'.repeat(244)}\nb`, '/bin/sh', 'a'.repeat(244)],
])('%j', (text, interpreter, argument) => {
  expect(parse(text)).toEqual({ kind: 'script', interpreter, argument });
});

test.each(['', 'echo', ' #!/bin/sh', '#/bin/sh', '\x7fELF'])('%j is no script', (text) => {
  expect(parse(text)).toBeUndefined();
});

test.each<[string, RegExp]>([
  ['#!', /names no interpreter/],
  ['#! \t\n/bin/sh', /names no interpreter/],
  ['#!/bin/sh\r\n', /CR/],
  ['#!bin/sh', /relative/],
  ['#!/bin/sh\0x\n', /NUL/],
  [`#!/bin/sh ${'a'.repeat(245)}\n`, /longer than the 255 bytes/],
  [`#!/bin/${'a'.repeat(300)}`, /longer/],
])('%j is broken', (text, reason) => {
  expect(parse(text)).toEqual({ kind: 'broken', reason: expect.stringMatching(reason) as string });
});
