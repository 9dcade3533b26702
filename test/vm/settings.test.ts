/** A configuration, built into an image, changes how a machine goes down. */
import { expect, test } from 'vitest';
import { ourExitrd, type Damage } from '../support/our-exitrd.ts';
import { emptyDisks, startShortMachine } from '../support/short-machine.ts';

const configuration = `
  [debugging]
  flag-files = ["/run/look", "/look"]
  kernel-arguments = ["look"]
  pause-seconds = 3
  [console]
  output = "quiet"`;

interface Options {
  readonly damage?: Damage;
  readonly commandLine?: string;
  readonly verb?: string;
}

/** What the kernel's log and the exitrd itself wrote on the console, line by line. */
async function run({ damage, ...options }: Options): Promise<Record<'log' | 'shown', string[]>> {
  await using exitrd = await ourExitrd(damage, configuration);
  await using disks = await emptyDisks();
  const settings = { ...options, stack: 'A', disks, exitrd: exitrd.archive, memoryMib: 1024 };
  await using machine = await startShortMachine(settings);
  expect(await machine.waitForEnd(180)).toMatchObject({ reason: 'guest-shutdown' });
  const lines = machine.console.lines();
  const said = (prefix: RegExp) =>
    lines.flatMap((line) => prefix.exec(line)?.groups?.['text'] ?? []);
  return {
    log: said(/^\[[ \d.]+\] shutdownramfs: (?<text>.*)/),
    shown: said(/^shutdownramfs: (?<text>.*)/),
  };
}

const summary = expect.stringMatching(/^old root freed, 1 key wiped, 0 left, /) as string;
const pause = (seconds: number) =>
  `memory can be dumped now: going on in ${seconds} s, or on Enter`;

test('a flag file of another name in the root of the image pauses as long as set, for all to see', async () => {
  const { log, shown } = await run({
    damage: { flagFile: 'look' },
    commandLine: 'shutdownramfs.debug=verbose,pause:9',
  });
  expect(shown).toEqual([summary, pause(3)]);
  expect(log).toEqual(expect.arrayContaining([summary, pause(3)]));
});

test('a kernel argument of another name pauses, verbose though the console is to be quiet', async () => {
  const { shown } = await run({ commandLine: 'look=pause:2,verbose' });
  expect(shown).toEqual(expect.arrayContaining(['close-crypt crypt0', summary, pause(2)]));
});

test('quiet, the console has warnings alone and the kernel log has everything', async () => {
  const { log, shown } = await run({ verb: 'dance' });
  expect(shown).toEqual(['verb "dance": not known, powering off']);
  expect(log).toEqual(expect.arrayContaining(['close-crypt crypt0', ...shown, summary]));
});
