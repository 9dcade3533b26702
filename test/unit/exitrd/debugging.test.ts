import { expect, test } from 'vitest';
import { consoleOutput } from '../../../src/exitrd/console-output.ts';
import { parseDebugging } from '../../../src/exitrd/debugging.ts';
import { defaultSettings } from '../../../src/settings/settings.ts';

const off = { pauseSeconds: 0, verbose: false, shell: false };

test.each([
  ['nothing asked for', 'quiet splash', [], off],
  ['the bare parameter', 'quiet shutdownramfs.debug', [], { ...off, pauseSeconds: 120 }],
  ['a pause', 'shutdownramfs.debug=pause:30', [], { ...off, pauseSeconds: 30 }],
  ['a pause without a length', 'shutdownramfs.debug=pause', [], { ...off, pauseSeconds: 120 }],
  ['a pause without sense', 'shutdownramfs.debug=pause:-1', [], { ...off, pauseSeconds: 120 }],
  ['a pause of a year', 'shutdownramfs.debug=pause:31536000', [], { ...off, pauseSeconds: 3600 }],
  ['no pause', 'shutdownramfs.debug=verbose', [], { ...off, verbose: true }],
  [
    'all',
    'a=b shutdownramfs.debug=pause:9,verbose,shell c',
    [],
    { pauseSeconds: 9, verbose: true, shell: true },
  ],
  ['an unknown switch', 'shutdownramfs.debug=loud', [], off],
  ['another parameter', 'shutdownramfs.debugging=pause', [], off],
  ['an empty flag file', '', [''], { ...off, pauseSeconds: 120 }],
  ['a flag file', '', ['verbose\n'], { ...off, verbose: true }],
  ['both', 'shutdownramfs.debug=pause:5', ['shell'], { ...off, pauseSeconds: 5, shell: true }],
])('%s', (_, commandLine, files, debugging) => {
  expect(parseDebugging(commandLine, files, defaultSettings.debugging)).toEqual(debugging);
});

const renamed = { flagFiles: [], kernelArguments: ['debug-me', 'dump'], pauseSeconds: 7 };

test.each([
  ['the bare name', 'debug-me', [], { ...off, pauseSeconds: 7 }],
  ['the second name', 'quiet dump=verbose', [], { ...off, verbose: true }],
  ['a pause without a length', 'dump=pause,shell', [], { ...off, pauseSeconds: 7, shell: true }],
  ['a pause with a length', 'dump=pause:9', [], { ...off, pauseSeconds: 9 }],
  ['the name by default, which is none now', 'shutdownramfs.debug', [], off],
  ['a longer name', 'debug-me-not debug-me.x', [], off],
  ['an empty flag file', '', ['\n'], { ...off, pauseSeconds: 7 }],
  ['a value with another sign of equality', 'dump=pause:3=4', [], { ...off, pauseSeconds: 7 }],
])('by other settings: %s', (_, commandLine, files, debugging) => {
  expect(parseDebugging(commandLine, files, renamed)).toEqual(debugging);
});

test('without names nothing on the command line means anything', () => {
  const none = { ...renamed, kernelArguments: [] };
  expect(parseDebugging(' =verbose shutdownramfs.debug', [], none)).toEqual(off);
});

test.each([
  ['quiet', off, 'quiet'],
  ['normal', off, 'normal'],
  ['verbose', off, 'verbose'],
  ['quiet', { ...off, verbose: true }, 'verbose'],
  ['normal', { ...off, verbose: true }, 'verbose'],
  ['quiet', { ...off, pauseSeconds: 1 }, 'normal'],
  ['quiet', { ...off, shell: true }, 'normal'],
  ['verbose', { ...off, shell: true }, 'verbose'],
] as const)('a console set %s with %j is %s', (output, debugging, shown) => {
  expect(consoleOutput(output, debugging)).toBe(shown);
});
