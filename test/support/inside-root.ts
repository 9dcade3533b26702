/** Runs the programs of a root in it, also of another architecture, by an emulator brought along. */
import { execa } from 'execa';

/** Names of qemu-user's static emulators by Debian's name of the architecture. */
const emulators: Readonly<Record<string, string>> = {
  amd64: '',
  arm64: 'qemu-aarch64-static',
  i386: 'qemu-i386-static',
  riscv64: 'qemu-riscv64-static',
};

/**
 * What a shell script prints whose `inside PROGRAM WORD…` runs a program of the root in it, with files
 * of the host in /tmp. Nothing outlives the script, and nothing is written to the root.
 */
export async function insideRoot(
  root: string,
  architecture: string,
  hostFiles: readonly string[],
  script: string,
): Promise<string> {
  const emulator = emulators[architecture];
  if (emulator === undefined) throw new Error(`no emulator for ${architecture}`);
  const set = `
root=$1 emulator=$2 script=$3; shift 3
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t tmpfs tmpfs "$root/tmp"
mount --rbind /proc "$root/proc"
emulator=\${emulator:+$(command -v "$emulator")}
for file in "$@" $emulator; do
  : >"$root/tmp/\${file##*/}"
  mount --bind "$file" "$root/tmp/\${file##*/}"
done
inside() {
  env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/systemd DM_DISABLE_UDEV=1 LVM_SUPPRESS_FD_WARNINGS=1 \\
    chroot "$root" \${emulator:+"/tmp/\${emulator##*/}"} "$@" </dev/null
}
eval "$script"`;
  const words = ['--mount', '--pid', '--fork', '--kill-child', 'sh', '-e', '-c', set, 'sh'];
  const { stdout } = await execa('unshare', [...words, root, emulator, script, ...hostFiles]);
  return stdout;
}
