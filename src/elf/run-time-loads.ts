/**
 * What programs and libraries load while they run without saying so in a note (`.note.dlopen`), and
 * whether an image needs it. docs/closure.md shows the same table.
 */
import { matchesGlob, posix } from 'node:path';
import type { ElfObject } from './elf-object.ts';
import type { LocatedObject } from './loader-view.ts';

export interface RunTimeLoad {
  /** Soname, or a program's file name, with `*` for any text. */
  readonly by: string;
  readonly loads: string;
  /** Libraries that the closure takes for it; it cannot do without. None: left out knowingly. */
  readonly takes: readonly string[];
  readonly reason: string;
  /** A function or file that shows it. */
  readonly source: string;
  /** True of those that do it; absent: of all that name dlopen(3). */
  readonly when?: (elf: ElfObject) => boolean;
}

export const runTimeLoads: readonly RunTimeLoad[] = [
  {
    by: '*',
    loads: 'libgcc_s.so.1',
    takes: ['libgcc_s.so.1'],
    reason: 'who ends a thread has its stack unwound; without the library the process is aborted',
    source: 'glibc misc/unwind-link.c, for pthread_cancel and pthread_exit',
    when: ({ unwindsThreads }) => unwindsThreads,
  },
  {
    by: 'libc.so.*',
    loads: 'libnss_*, libidn2, gconv modules',
    takes: [],
    reason:
      'nothing looks up a user or a host by name; tools run with LC_ALL=C, whose characters need no module',
    source: 'glibc nss/nss_module.c, iconv/gconv_dl.c',
  },
  {
    by: 'libcrypto.so.*',
    loads: 'ossl-modules/legacy.so, engines',
    takes: [],
    reason:
      'cryptsetup tries legacy.so whenever it reads a LUKS header and goes on without; the algorithms in it only open key slots',
    source: 'cryptsetup lib/crypto_backend/crypto_openssl.c; strace of luksDump',
  },
  {
    by: 'libcryptsetup.so.*',
    loads: 'libcryptsetup-token-*.so',
    takes: [],
    reason: 'a token unlocks a device; closing asks for none',
    source: 'cryptsetup lib/luks2/luks2_token.c',
  },
  {
    by: 'liblvm2cmd.so.*',
    loads: 'libdevmapper-event-lvm2*.so',
    takes: [],
    reason: 'dmeventd loads them to watch devices, and the image has no dmeventd',
    source: 'lvm2 daemons/dmeventd/dmeventd.c; strace of lvm vgchange -an opens none',
  },
  {
    by: 'libselinux.so.*',
    loads: 'libsepol.so.*',
    takes: [],
    reason: 'a policy is loaded at the start of a system, never at its end',
    source: 'libselinux src/load_policy.c',
  },
  {
    by: 'libmount.so.*',
    loads: 'libcryptsetup.so.12',
    takes: [],
    reason: 'for mount options verity.*; our teardown closes verity devices itself',
    source: 'util-linux libmount/src/hook_veritydev.c',
  },
  {
    by: 'libkmod.so.*',
    loads: 'liblzma, libzstd, libz',
    takes: [],
    reason: 'they unpack kernel modules, and the image has none',
    source: 'kmod libkmod/libkmod-file-*.c',
  },
  {
    by: 'libsystemd*.so*',
    loads: 'libcryptsetup, libgcrypt, compressors and others',
    takes: [],
    reason:
      'before systemd 257 without notes: for journals, volumes and tokens that systemd-shutdown does not open; libmount is linked there',
    source: 'systemd src/basic/dlfcn-util.c, src/shared',
  },
  {
    by: 'libpam.so.*',
    loads: 'PAM modules',
    takes: [],
    reason: 'linked into libsystemd-shared for logins; nobody logs in',
    source: 'Linux-PAM libpam/pam_handlers.c',
  },
  {
    by: 'libkrb5support.so.*',
    loads: 'Kerberos plugins',
    takes: [],
    reason: 'comes with libcurl or libtirpc; nothing authenticates',
    source: 'krb5 src/util/support/plugins.c',
  },
  {
    by: 'libzfs.so.*',
    loads: 'libcurl.so.4',
    takes: [],
    reason: 'fetches a key from an https address to load it; export unloads keys',
    source: 'OpenZFS lib/libzfs/libzfs_crypto.c',
  },
  {
    by: 'md{adm,mon}',
    loads: 'libcmap.so.4, libdlm_lt.so.3',
    takes: [],
    reason:
      'looked for at every start, for clustered arrays; they lock what is created or assembled, and stopping does neither',
    source: 'mdadm util.c (set_cmap_hooks, set_dlm_hooks); strace of mdadm --stop',
  },
];

/** The rows about one object. */
export function runTimeLoadsOf({ path, elf }: LocatedObject): RunTimeLoad[] {
  const names = [elf.soname, posix.basename(path)].filter((name) => name !== undefined);
  return runTimeLoads.filter(
    ({ by, when }) =>
      names.some((name) => matchesGlob(name, by)) && (when?.(elf) ?? elf.opensLibraries),
  );
}
