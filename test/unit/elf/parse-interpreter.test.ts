import { expect, test } from 'vitest';
import { parseInterpreter, programOfEnv } from '../../../src/elf/parse-interpreter.ts';

const parse = (text: string) => parseInterpreter(Buffer.from(text));

test.each<[string, string | undefined, string | undefined]>([
  ['#!/bin/sh\n', '/bin/sh', undefined],
  ['#!/bin/sh', '/bin/sh', undefined],
  ['#! \t/bin/sh \t\nexit', '/bin/sh', undefined],
  ['#!/usr/bin/awk -f\n', '/usr/bin/awk', '-f'],
  ['#!/bin/sh  -e -u \n', '/bin/sh', '-e -u'],
  ['#!/bin/sh\0rest', '/bin/sh', undefined],
  [`#!/${'x'.repeat(300)}`, `/${'x'.repeat(253)}`, undefined],
])('%j', (text, path, argument) => {
  expect(parse(text)).toEqual({ path, argument });
});

test.each(['', '#!', '#!\n/bin/sh', '# !/bin/sh', ' #!/bin/sh', '\u007FELF', 'echo'])(
  'no script: %j',
  (text) => {
    expect(parse(text)).toBeUndefined();
  },
);

test.each<[string, string | undefined]>([
  ['#!/usr/bin/env sh', 'sh'],
  ['#!/usr/bin/env -S sh -e', 'sh'],
  ['#!/usr/bin/env -S A=1 B=2 /opt/sh -e', '/opt/sh'],
  ['#!/usr/bin/env --split-string=sh -e', 'sh'],
  ['#!/usr/bin/env -i sh', 'sh'],
  ['#!/usr/bin/env', undefined],
  ['#!/usr/bin/envoy sh', undefined],
])('env: %s', (text, program) => {
  const interpreter = parse(text);
  expect(interpreter && programOfEnv(interpreter)).toBe(program);
});
