/** Which keys the kernel holds, and what a shutdown through the exitrd makes of each. Pure. */
import { classifyDevice } from '../plan/classify-device.ts';
import type { BlockDevice } from '../snapshot/snapshot.ts';
import { plainName } from '../snapshot/parse-device-mapper-table.ts';
import type { HeldKey } from './held-key.ts';
import type { StatusFacts } from './status-facts.ts';

export function findHeldKeys(facts: StatusFacts): readonly HeldKey[] {
  const keys = [
    ...facts.snapshot.devices.flatMap((device) => keysOfDevice(device, facts)),
    ...keysInKeyrings(facts),
    ...keysOfCrashKernel(facts),
    ...facts.encryptedDirectories.map(({ path, key }): HeldKey => ({
      kind: 'fscrypt',
      name: path,
      about: `encrypted directory, key ${key}`,
      wipeable: true,
      how: 'wiped when the file system is unmounted',
    })),
    ...keysOfFileSystems(facts),
  ];
  const obstacle = obstacleOf(facts);
  return obstacle === undefined
    ? keys
    : keys.map((key) => ({ ...key, wipeable: false, how: obstacle }));
}

/** Why nothing of all that will be done. */
function obstacleOf({ exitrd }: StatusFacts): string | undefined {
  switch (exitrd.state) {
    case 'ready':
    case 'placeholder':
      return undefined;
    case 'unknown':
      return 'cannot be told: the exitrd cannot be looked at';
    case 'absent':
    case 'damaged':
    case 'foreign':
      return 'no exitrd will be entered: systemd leaves open what root lies on';
  }
}

function lacks({ exitrd }: StatusFacts, feature: string): string | undefined {
  return exitrd.features === undefined || exitrd.features.includes(feature)
    ? undefined
    : `the exitrd was built without the feature ${feature}`;
}

const kinds: readonly (readonly [prefix: string, word: string])[] = [
  ['CRYPT-LUKS2-OPAL-', 'LUKS2, self-encrypting drive'],
  ['CRYPT-LUKS2-', 'LUKS2'],
  ['CRYPT-LUKS1-', 'LUKS1'],
  ['CRYPT-PLAIN-', 'plain dm-crypt'],
  ['CRYPT-TCRYPT-', 'TCRYPT'],
  ['CRYPT-BITLK-', 'BitLocker'],
  ['CRYPT-FVAULT2-', 'FileVault2'],
];

function keysOfDevice(device: BlockDevice, facts: StatusFacts): readonly HeldKey[] {
  const { dm } = device;
  if (dm === undefined) return [];
  const name = plainName(dm.name);
  const targets = facts.targets.filter((target) => target.device === name);
  const suspended = dm.suspended ? ', suspended' : '';
  const integrity = targets
    .filter(({ target }) => target === 'integrity')
    .map(({ cipher }): HeldKey => {
      const missing = lacks(facts, 'integrity');
      return {
        kind: 'integrity',
        name,
        about: `dm-integrity, ${cipher}${suspended}`,
        wipeable: missing === undefined,
        how: missing ?? 'wiped when the device is removed, or by an error table in its place',
      };
    });
  if (classifyDevice(device)?.kind !== 'close-crypt') return integrity;
  const crypt = targets.find(({ target }) => target === 'crypt');
  const isDrive = dm.uuid.startsWith('CRYPT-LUKS2-OPAL-');
  const kind = kinds.find(([prefix]) => dm.uuid.startsWith(prefix))?.[1] ?? 'dm-crypt';
  const place =
    crypt === undefined
      ? 'table not readable'
      : `${crypt.cipher}, key ${crypt.keyring === undefined ? 'in the table' : `taken from the keyring as ${crypt.keyring}`}`;
  const missing = lacks(facts, 'crypt');
  return [
    ...integrity,
    {
      kind: isDrive ? 'self-encrypting-drive' : 'crypt',
      name,
      about: `${kind}, ${place}${suspended}`,
      wipeable: missing === undefined,
      how: missing ?? (isDrive ? 'the drive is locked when it is closed' : howCrypt),
    },
  ];
}

const howCrypt = 'wiped when the device is closed; where it cannot be, suspended and wiped';

const fileSystemKeys: readonly (readonly [pattern: RegExp, word: string])[] = [
  [/^fscrypt:/, 'fscrypt'],
  [/^(?:ext4|f2fs):/, 'fscrypt'],
  [/^bcachefs:/, 'bcachefs'],
  [/^[0-9a-f]{16}$/, 'perhaps eCryptfs'],
];

function keysInKeyrings({ keys }: StatusFacts): readonly HeldKey[] {
  return keys.map(({ userId, type, description }) => {
    const use = fileSystemKeys.find(([pattern]) => pattern.test(description))?.[1];
    return {
      kind: 'keyring',
      name: description,
      about: `${type} key of uid ${userId}${use === undefined ? '' : `, ${use}`}`,
      wipeable: true,
      how: 'every process is killed, the keyrings of every user are cleared',
    };
  });
}

function keysOfCrashKernel(facts: StatusFacts): readonly HeldKey[] {
  const { crash } = facts;
  const obstacle = obstacleOfCrashKernel(facts);
  if (crash.bytes === 0 && !crash.isLoaded) return [];
  if (crash.keyNames === undefined && !crash.isLoaded) return [];
  const mebibytes = `${Math.round(crash.bytes / 2 ** 20)} MiB reserved`;
  const held =
    crash.keyNames === undefined
      ? 'may hold keys in its initramfs'
      : `keeps volume keys (${crash.keyNames.join(', ') || 'none is named now'})`;
  return [
    {
      kind: 'crash-kernel',
      name: 'crash kernel',
      about: `${crash.isLoaded ? 'loaded' : 'not loaded'}, ${mebibytes}, ${held}`,
      wipeable: obstacle === undefined,
      how: obstacle ?? 'unloaded, the list of keys overwritten, the memory zeroed and given back',
    },
  ];
}

function obstacleOfCrashKernel({ crash, freed }: StatusFacts): string | undefined {
  if (crash.isSealed) return 'it cannot be unloaded: kernel.kexec_load_disabled is 1';
  if (!crash.isLockedDown) return undefined;
  if (crash.keyNames !== undefined) {
    return 'the list of keys cannot be overwritten: the kernel is locked down';
  }
  return freed === 'zeroed' || freed === 'poisoned'
    ? undefined
    : 'its memory cannot be zeroed: the kernel is locked down';
}

/** File systems that keep keys of their own, of which the kernel does not tell whether they have any. */
function keysOfFileSystems(facts: StatusFacts): readonly HeldKey[] {
  const pools = (facts.snapshot.deviceGroups ?? []).filter(({ kind }) => kind === 'zfs-pool');
  const missing = lacks(facts, 'zfs');
  const zfs = pools.map(({ name }): HeldKey => ({
    kind: 'file-system',
    name,
    about: 'ZFS pool, perhaps with encrypted datasets',
    wipeable: missing === undefined,
    how: missing ?? 'its keys are unloaded when the pool is exported',
  }));
  const mounts = facts.snapshot.mounts
    .filter(({ fstype }) => fstype === 'bcachefs' || fstype === 'ecryptfs')
    .map(({ fstype, target }): HeldKey => ({
      kind: 'file-system',
      name: target,
      about: fstype === 'ecryptfs' ? 'eCryptfs' : 'bcachefs, perhaps encrypted',
      wipeable: true,
      how: 'wiped when it is unmounted',
    }));
  return [...zfs, ...mounts];
}
