/** Where a snapshot's facts come from: the running kernel, or a recorded tree of its files. */
export interface FactSource {
  /** The text of a file below /proc or /sys; rejects where there is none. */
  read(path: string): Promise<string>;
  /** The names in a directory below /sys; rejects where there is none. */
  list(path: string): Promise<readonly string[]>;
  /** What `dmsetup table` prints; empty where that cannot be learnt. Keys are never shown. */
  deviceMapperTable(): Promise<string>;
}
