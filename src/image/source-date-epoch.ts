import { Failure } from '../failure.ts';

/** Seconds since 1970; 0 where nothing is said (https://reproducible-builds.org/specs/source-date-epoch/). */
export function sourceDateEpoch(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  const seconds = Number(text);
  // A cpio archive has 32 bits for it.
  if (/^\d+$/.test(text) && seconds <= 0xffff_ffff) return seconds;
  throw new Failure(`read SOURCE_DATE_EPOCH: ${JSON.stringify(text)} is no number of seconds`);
}
