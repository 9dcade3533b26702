import { expect, test } from 'vitest';
import { parseDebugging } from '../../../src/exitrd/debugging.ts';

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
  expect(parseDebugging(commandLine, files)).toEqual(debugging);
});
