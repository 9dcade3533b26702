/** A sign that a machine has layers of some kind. */
export interface Evidence {
  /** The name of the feature for them. */
  readonly feature: string;
  /** A clause: `/etc/crypttab names sda2_crypt`. */
  readonly because: string;
}
