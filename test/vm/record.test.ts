/** What a shutdown left is known after the next boot: from the firmware, a file system, the kernel's store. */
import { execa } from 'execa';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { FoundRecord } from '../../src/last-shutdown/found-record.ts';
import { exitrdReport } from '../support/exitrd-report.ts';
import { makeFirmware, readVariable } from '../support/firmware.ts';
import { ourExitrd } from '../support/our-exitrd.ts';
import { scratchDirectory } from '../support/scratch-directory.ts';
import {
  emptyDisks,
  startShortMachine,
  type ShortMachineOptions,
} from '../support/short-machine.ts';

const configuration = '[record]\nfile-system = "LABEL=RECORD"\n';

/** What our command says there of the last shutdown. */
async function nextBoot(settings: ShortMachineOptions) {
  await using machine = await startShortMachine({ ...settings, commandLine: 'again=1' });
  await machine.waitForEnd(180);
  const said = machine.console.lines().join('\n');
  expect(said).not.toContain('shutdownramfs: read');
  const records = JSON.parse(/^\[\n[^]*?^\]$/m.exec(said)?.[0] ?? '') as readonly FoundRecord[];
  return { said, records };
}

test('the report of a shutdown that was not clean is found by the next boot', async () => {
  await using directory = await scratchDirectory();
  await using firmware = await makeFirmware(directory.path, false);
  await using disks = await emptyDisks();
  await using exitrd = await ourExitrd({}, configuration);
  const settings = { stack: 'record', disks, firmware, exitrd: exitrd.archive, memoryMib: 1024 };
  await using machine = await startShortMachine(settings);
  await machine.waitForEnd(180);
  const log = machine.console.lines().join('\n');
  await machine.quit();
  const report = exitrdReport(log);
  expect(report).toMatchObject({ clean: false, wiped: ['crypt0'] });
  expect(log).toContain('record kept in the firmware');
  expect(log).toContain('record kept in shutdownramfs/last-shutdown.json on LABEL=RECORD');
  expect(log).not.toContain('record not kept');
  const variable = await readVariable(firmware.variables, 'ShutdownramfsRecord');
  expect(JSON.parse(variable?.toString() ?? '')).toMatchObject({ report: { clean: false } });
  const file = ['-i', join(disks.directory, 'D2'), '::shutdownramfs/last-shutdown.json'];
  const { stdout } = await execa('mtype', file);
  expect(JSON.parse(stdout)).toMatchObject({
    report,
    lines: expect.arrayContaining(['unmount /oldroot/proc']) as unknown,
  });

  const { said, records } = await nextBoot(settings);
  const places = records.map(({ place }) => place.replace(/-[-0-9a-f]{36}$/, ''));
  expect(places.toSorted()).toEqual([
    '/sys/firmware/efi/efivars/ShutdownramfsRecord',
    '/sys/fs/pstore',
    'shutdownramfs/last-shutdown.json on LABEL=RECORD',
  ]);
  for (const record of records) {
    expect(record).toMatchObject({ report: { verb: 'poweroff', clean: false } });
    expect(record.summary).toMatch(/^old root not freed, 1 key wiped, 3 left, /);
  }
  expect(said).toMatch(/^shutdown of .* UTC, poweroff: NOT CLEAN$/m);
  expect(said).toMatch(/^status 3$/m);
});

test('when the executable died, the next boot finds what the guard said', async () => {
  await using directory = await scratchDirectory();
  await using firmware = await makeFirmware(directory.path, false);
  await using disks = await emptyDisks();
  await using whole = await ourExitrd();
  await using exitrd = await ourExitrd({ runtime: 'exit 1' });
  const settings = { stack: 'record', disks, firmware, memoryMib: 1024 };
  await using machine = await startShortMachine({ ...settings, exitrd: exitrd.archive });
  await machine.waitForEnd(180);
  await machine.quit();
  const { said, records } = await nextBoot({ ...settings, exitrd: whole.archive });
  expect(records).toMatchObject([
    {
      place: '/sys/fs/pstore',
      lines: expect.arrayContaining([
        'the executable is gone or silent: the guard goes on without it',
        'wiped the key of crypt0',
      ]) as unknown,
    },
  ]);
  expect(records[0]).not.toHaveProperty('report');
  expect(said).toMatch(/^shutdown of .* UTC: ended without a report$/m);
  expect(said).toMatch(/^status 3$/m);
});
