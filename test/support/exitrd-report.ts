/** The line for machines that the exitrd writes to the kernel log at its end. */
import type { Report } from '../../src/exitrd/report.ts';
import { Failure } from '../../src/failure.ts';

export function exitrdReport(log: string): Report {
  const line = /shutdownramfs: (\{"version".*\})/.exec(log)?.[1];
  if (line === undefined)
    throw new Failure(`find the exitrd's report: none in\n${log.slice(-4000)}`);
  return JSON.parse(line) as Report;
}
