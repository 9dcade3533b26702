/** What the status is told from: facts about the running machine, as far as this user may read them. */
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { fateOfFreedMemory, type FreedMemory } from '../exitrd/freed-memory.ts';
import { parseKeyUsers } from '../exitrd/keyrings.ts';
import { isKeyHeld, keyOfDirectory } from '../kernel/encryption-policy.ts';
import { readKernelLog, readKeysOfUser } from '../kernel/system-call.ts';
import { list, read, readWord, type FactSource } from '../snapshot/fact-source.ts';
import type { MountPoint, Snapshot } from '../snapshot/snapshot.ts';
import { takeSnapshot } from '../snapshot/take-snapshot.ts';
import { readExitrdState, type ExitrdState } from './exitrd-state.ts';
import { parseKeyedTargets, type KeyedTarget } from './parse-keyed-targets.ts';
import { parseKeys, type KernelKey } from '../snapshot/parse-keys.ts';

export interface StatusFacts {
  readonly isRoot: boolean;
  readonly snapshot: Snapshot;
  readonly targets: readonly KeyedTarget[];
  readonly keys: readonly KernelKey[];
  readonly crash: CrashKernelFacts;
  readonly encryptedDirectories: readonly EncryptedDirectory[];
  readonly freed: FreedMemory;
  /** /sys/power/resume: where a hibernation image would be, as a device number; `0:0` for nowhere. */
  readonly resumeDevice: string;
  /** The EFI variable: undefined where there is none, else whether it asks the firmware to clear memory. */
  readonly overwriteRequest: boolean | undefined;
  readonly exitrd: ExitrdState;
}

interface CrashKernelFacts {
  readonly isLoaded: boolean;
  /** Memory reserved for it. */
  readonly bytes: number;
  /** Undefined where the kernel keeps no keys for it (CONFIG_CRASH_DM_CRYPT). */
  readonly keyNames: readonly string[] | undefined;
  /** kernel.kexec_load_disabled: it can neither be replaced nor unloaded. */
  readonly isSealed: boolean;
  /** kernel_lockdown(7): only signed images can be loaded. */
  readonly isLockedDown: boolean;
}

/** Of fscrypt, with a key that the kernel holds. */
interface EncryptedDirectory {
  readonly path: string;
  readonly key: string;
}

/** What is not a file of procfs and sysfs. */
export interface StatusSource extends FactSource {
  kernelLog(): string;
  /** The text of /proc/config.gz. */
  kernelConfiguration(): string | undefined;
  keysOfUser(userId: number): string;
  encryptedDirectories(mount: MountPoint): readonly EncryptedDirectory[];
  exitrd(): Promise<ExitrdState>;
  readonly isRoot: boolean;
}

const crashKeys = '/sys/kernel/config/crash_dm_crypt_keys';
const overwriteRequest =
  '/sys/firmware/efi/efivars/MemoryOverwriteRequestControl-e20939be-32d4-41be-a150-897f85d49829';

export async function readStatusFacts(source: StatusSource): Promise<StatusFacts> {
  const snapshot = await takeSnapshot(source);
  const hasMapper = snapshot.devices.some(({ dm }) => dm !== undefined);
  const [table, users, exitrd, crash, resumeDevice, request] = await Promise.all([
    hasMapper ? source.deviceMapperTable() : '',
    read(source, '/proc/key-users'),
    source.exitrd(),
    readCrashKernel(source),
    readWord(source, '/sys/power/resume'),
    read(source, overwriteRequest),
  ]);
  const keys = parseKeyUsers(users).flatMap((id) => parseKeys(source.keysOfUser(id)));
  const serials = new Map(keys.map((key) => [key.serial, key]));
  return {
    isRoot: source.isRoot,
    snapshot,
    targets: parseKeyedTargets(table),
    keys: [...serials.values()],
    crash,
    encryptedDirectories: snapshot.mounts.flatMap((mount) => source.encryptedDirectories(mount)),
    freed: fateOfFreedMemory({
      log: source.kernelLog(),
      commandLine: snapshot.commandLine,
      config: source.kernelConfiguration(),
    }),
    resumeDevice: resumeDevice || '0:0',
    // Four bytes of attributes, then the variable's one.
    overwriteRequest: request === '' ? undefined : ((request.codePointAt(4) ?? 0) & 1) === 1,
    exitrd,
  };
}

async function readCrashKernel(source: FactSource): Promise<CrashKernelFacts> {
  const [loaded, size, disabled, lockdown, names] = await Promise.all([
    readWord(source, '/sys/kernel/kexec_crash_loaded'),
    readWord(source, '/sys/kernel/kexec_crash_size'),
    readWord(source, '/proc/sys/kernel/kexec_load_disabled'),
    readWord(source, '/sys/kernel/security/lockdown'),
    list(source, crashKeys),
  ]);
  return {
    isLoaded: loaded === '1',
    bytes: Number(size) || 0,
    keyNames: names.includes('count')
      ? names.filter((name) => !['count', 'reuse', 'restore'].includes(name))
      : undefined,
    isSealed: disabled === '1',
    isLockedDown: /\[(?!none\])/.test(lockdown),
  };
}

export function statusSource(source: FactSource): StatusSource {
  return {
    ...source,
    isRoot: process.getuid?.() === 0,
    kernelLog: readKernelLog,
    kernelConfiguration: () => {
      try {
        return gunzipSync(readFileSync('/proc/config.gz')).toString();
      } catch {
        return undefined;
      }
    },
    keysOfUser: readKeysOfUser,
    encryptedDirectories: findEncryptedDirectories,
    exitrd: async () => await readExitrdState('/'),
  };
}

/** File systems of the kernel with fscrypt on disks of this machine. */
const encrypting = new Set(['ext4', 'f2fs', 'ubifs']);
const mostDirectories = 1000;
const deepest = 3;

/** Nothing tells which directories are encrypted: the upper ones are looked at, of which one a key is named. */
function findEncryptedDirectories({ target, fstype }: MountPoint): readonly EncryptedDirectory[] {
  if (!encrypting.has(fstype)) return [];
  const found = new Map<string, EncryptedDirectory>();
  let level = [target];
  let looked = 0;
  for (let depth = 0; depth <= deepest && looked < mostDirectories; depth += 1) {
    const below: string[] = [];
    for (const path of level.slice(0, mostDirectories - looked)) {
      looked += 1;
      const key = keyOfDirectory(path);
      if (key === undefined) below.push(...directoriesIn(path));
      else if (!found.has(key) && isKeyHeld(path, key)) found.set(key, { path, key });
    }
    level = below;
  }
  return [...found.values()];
}

function directoriesIn(path: string): readonly string[] {
  try {
    return readdirSync(path, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `${path === '/' ? '' : path}/${name}`);
  } catch {
    return [];
  }
}
