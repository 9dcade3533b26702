/** `status --last`. */
import { loadConfiguration } from '../config/load-configuration.ts';
import { findRecords } from '../last-shutdown/find-records.ts';
import { renderLastShutdown } from '../last-shutdown/render-last-shutdown.ts';

const notClean = 3;
const noRecord = 4;

export async function showLastShutdown(json: boolean): Promise<void> {
  const { configuration } = await loadConfiguration('/');
  const { records, failures } = await findRecords(configuration.record['file-system']);
  for (const failure of failures) process.stderr.write(`shutdownramfs: ${failure}\n`);
  const [newest] = records;
  if (json) process.stdout.write(`${JSON.stringify(records, undefined, 2)}\n`);
  else if (newest === undefined) {
    process.stdout.write('no record of a shutdown: it was clean, or there was no place for one\n');
  } else process.stdout.write(renderLastShutdown(newest));
  process.exitCode = newest === undefined ? noRecord : newest.report?.clean === true ? 0 : notClean;
}
