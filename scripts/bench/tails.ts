/**
 * What Tails has in memory to shut down from: the initramfs that the machine booted with, without the
 * kernel's modules, with systemd-shutdown as its `shutdown` and util-linux's mount and umount; and what
 * its emergency shutdown needs, locked.
 */

/** For a shell in the empty directory to be filled; $1 is the root, $2 the release of its kernel. */
export const tailsImage = `
chroot "$1" unmkinitramfs "/boot/initrd.img-$2" /run/initramfs
[ ! -d "$1/run/initramfs/main" ] || mv "$1"/run/initramfs/main/* "$1/run/initramfs"
cp -a "$1/run/initramfs/." .
rm -rf early* main usr/lib/modules
for program in /usr/lib/systemd/systemd-shutdown /usr/bin/mount /usr/bin/umount; do
  cp "$1$program" ".$program" 2>/dev/null || cp --parents -t . "$1$program"
  for library in $(chroot "$1" ldd "$program" | grep -o '/[^ ]*'); do
    library=/usr\${library#/usr}
    [ -e ".$library" ] || { mkdir -p ".\${library%/*}" && cp -L "$1$library" ".$library"; }
  done
done
mv usr/lib/systemd/systemd-shutdown shutdown
touch etc/initrd-release
`;

/** memlockd.cfg of Tails 6.9, without plymouth and its own udev-watchdog, which Debian's root lacks. */
export const tailsLockedFiles = [
  ['cat', 'echo', 'grep', 'kill', 'loginctl', 'ls', 'mkdir', 'mktemp', 'mount', 'mv', 'rm', 'sh'],
  ['sleep', 'systemctl', 'umount', 'eject', 'pkill'],
]
  .flat()
  .map((name) => `/usr/bin/${name}`)
  .concat('/usr/lib/systemd/systemd-shutdown');
