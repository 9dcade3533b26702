/** Seconds since 1970 as both formats write them: UTC, without fractions. */
export function timestampOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
}
