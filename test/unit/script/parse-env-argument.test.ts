import { expect, test } from 'vitest';
import { parseEnvArgument } from '../../../src/script/parse-env-argument.ts';

test.each<[string, string]>([
  ['perl', 'perl'],
  ['/opt/x', '/opt/x'],
  ['-S perl -w', 'perl'],
  ['-Sperl', 'perl'],
  ['-vS perl', 'perl'],
  ['--split-string=perl -w', 'perl'],
  ['-S -i -u HOME A=b C=d perl', 'perl'],
  ['-S --unset HOME -C / -- perl', 'perl'],
  ['-S "my perl" -w', 'my perl'],
  [String.raw`-S 'a\'b'\_c`, "a'b"],
  [String.raw`-S \x`, ''],
  [String.raw`-S "a\_b\#\$"c'd\e' f`, String.raw`a b#$cd\e`],
  [String.raw`-S perl\c no`, 'perl'],
])('%s starts %s', (argument, program) => {
  expect(parseEnvArgument(argument)).toMatchObject(
    program === '' ? { kind: 'broken' } : { kind: 'program', program },
  );
});

test.each<[string | undefined, RegExp]>([
  [undefined, /no program/],
  ['-i', /no program/],
  ['A=b', /no program/],
  ['-S', /no program/],
  ['-S A=b', /no program/],
  ['-S # perl', /no program/],
  ['perl -w', /one word/],
  ['-S ${HOME}/perl', /environment/],
  ["-S 'perl", /environment/],
  ['-S PATH=/x perl', /PATH of its own/],
])('%s is broken', (argument, reason) => {
  expect(parseEnvArgument(argument)).toEqual({
    kind: 'broken',
    reason: expect.stringMatching(reason) as string,
  });
});
