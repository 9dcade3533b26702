import type { FaultGroup } from '../support/fault.ts';

export const name: FaultGroup = {
  title: 'Odd names and nesting',
  file: 'name',
  faults: [
    {
      name: 'names with blanks, dashes, quotes, line ends, escapes, and bytes that are no text; loop devices on loop devices',
      stack: 'names',
      configuration: '[console]\noutput = "verbose"\n',
      report: { clean: true, left: [], wiped: [] },
      seen: 'old root freed, 13 keys wiped, 0 left, …',
      saved: 'cleanly',
      keys: 13,
    },
    {
      name: 'the same, and the executable dies of SIGKILL before it has done anything',
      stack: 'names',
      damage: { before: 'kill -KILL $$' },
      report: undefined,
      blocker: /closed \?\[31mred\?\n[^]*closed crypt0/,
      seen: 'the executable is gone or silent: the guard goes on without it',
      saved: 'cleanly',
      keys: 13,
    },
  ],
};
