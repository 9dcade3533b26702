import { expect, test } from 'vitest';
import { parseRequest } from '../../../src/exitrd/verb.ts';

test.each([
  [['poweroff', '--timeout=90000000us', '--log-level', 'info'], 'poweroff', true],
  [['reboot'], 'reboot', true],
  [['halt', '--exit-code=0'], 'halt', true],
  [['kexec'], 'kexec', true],
  [['exit', '--exit-code=7'], 'poweroff', true],
  [['soft-reboot'], 'poweroff', false],
  [['constructor'], 'poweroff', false],
  [['--log-level=6', 'reboot'], 'poweroff', false],
  [[], 'poweroff', false],
])('%j', (words, verb, understood) => {
  expect(parseRequest(words)).toEqual({ verb, understood, word: words[0] ?? '' });
});
