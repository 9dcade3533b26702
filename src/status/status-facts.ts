/** What the status is told from: facts about the running machine, as far as this user may read them. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { fateOfFreedMemory, type FreedMemory } from '../exitrd/freed-memory.ts';
import { parseKeyUsers } from '../exitrd/keyrings.ts';
import {
  encryptingFileSystems,
  findEncryptedDirectories,
  type EncryptedDirectory,
} from '../kernel/encrypted-directories.ts';
import { readKernelLog, readKeysOfUser } from '../kernel/system-call.ts';
import { list, read, readWord, type FactSource } from '../snapshot/fact-source.ts';
import type { MountPoint, Snapshot } from '../snapshot/snapshot.ts';
import { takeSnapshot } from '../snapshot/take-snapshot.ts';
import { readExitrdState, type ExitrdState } from './exitrd-state.ts';
import { parseKeyedTargets, type KeyedTarget } from '../snapshot/parse-keyed-targets.ts';
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
    encryptedDirectories: ({ target, fstype }) =>
      encryptingFileSystems.has(fstype) ? findEncryptedDirectories(target) : [],
    exitrd: async () => await readExitrdState('/'),
  };
}
