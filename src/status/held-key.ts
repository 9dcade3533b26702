/** A key that the running kernel holds, and what a shutdown will do to it. */
export interface HeldKey {
  readonly kind:
    | 'crypt'
    | 'integrity'
    | 'self-encrypting-drive'
    | 'keyring'
    | 'crash-kernel'
    | 'fscrypt'
    | 'file-system';
  /** The device-mapper name, the description in the keyring, the mount point. Never a secret. */
  readonly name: string;
  /** `LUKS2, aes-xts-plain64, key in the table`. */
  readonly about: string;
  /** Whether shutdown will be able to wipe it; false also where that cannot be told. */
  readonly wipeable: boolean;
  /** `closed, after what is on it`; where it is not wipeable, why. */
  readonly how: string;
}
