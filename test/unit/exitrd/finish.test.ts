import { expect, test } from 'vitest';
import { attemptsOf } from '../../../src/exitrd/finish.ts';

test.each([
  ['poweroff', '', ['powerOff', 'halt']],
  ['halt', '', ['halt', 'powerOff']],
  ['reboot', '', ['restart']],
  ['reboot', 'bootloader', ['restartWithArgument', 'restart']],
  ['kexec', '', ['kexec', 'restart']],
  ['kexec', 'bootloader', ['kexec', 'restartWithArgument', 'restart']],
] as const)('%s %j', (verb, parameter, attempts) => {
  expect(attemptsOf(verb, parameter)).toEqual(attempts);
});
