/**
 * Debian's programs where other distributions have theirs: not their files, but their directories,
 * links and loader's settings.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { built } from './build-cache.ts';

/** The shell's directory is a merged Debian root for amd64. */
const rearrangements = {
  /** Everything in lib64, which only ld.so.conf tells this loader; sbin and bin are one. */
  fedora: `
rm -r usr/lib64 && mv usr/lib/x86_64-linux-gnu usr/lib64
find usr/sbin -mindepth 1 -maxdepth 1 -exec mv -n -t usr/bin {} +
rm -rf usr/sbin && ln -s bin usr/sbin
mkdir -p etc/ld.so.conf.d
echo 'include ld.so.conf.d/*.conf' >etc/ld.so.conf
rm -f etc/ld.so.conf.d/* && echo /usr/lib64 >etc/ld.so.conf.d/libs-x86_64.conf`,

  /** One directory for programs and one for libraries, by whichever of eight names. */
  arch: `
mv -n usr/lib/x86_64-linux-gnu/* usr/lib/ && rm -rf usr/lib/x86_64-linux-gnu usr/lib64
find usr/sbin -mindepth 1 -maxdepth 1 -exec mv -n -t usr/bin {} +
rm -rf usr/sbin bin sbin lib lib64
ln -s bin usr/sbin && ln -s lib usr/lib64
ln -s usr/bin bin && ln -s usr/bin sbin && ln -s usr/lib lib && ln -s usr/lib lib64
echo 'include /etc/ld.so.conf.d/*.conf' >etc/ld.so.conf`,

  /** /usr not merged: libc and what booting needs in /lib64, the rest in /usr/lib64. */
  opensuse: `
rm lib lib64 bin sbin && mkdir lib lib64 bin sbin
rm -r usr/lib64 && mv usr/lib/x86_64-linux-gnu usr/lib64
mv usr/lib64/ld-linux-x86-64.so.2 usr/lib64/lib[cm].so* usr/lib64/libdevmapper* lib64/
mv usr/bin/mount usr/bin/umount bin/
mv usr/sbin/mdadm usr/sbin/mdmon usr/sbin/dmsetup usr/sbin/lvm sbin/
mkdir -p etc/ld.so.conf.d && rm -f etc/ld.so.conf.d/*
printf '%s\\n' /usr/local/lib64 /lib64 'include /etc/ld.so.conf.d/*.conf' >etc/ld.so.conf
echo /usr/lib64 >etc/ld.so.conf.d/more.conf`,

  /** As some image pipelines leave it: links that say where they lead from the top. */
  'absolute links': `
for name in bin sbin lib lib64; do rm $name && ln -s /usr/$name $name; done
mv usr/lib/x86_64-linux-gnu usr/lib/multiarch && ln -s /lib/multiarch usr/lib/x86_64-linux-gnu
ln -sf /lib/x86_64-linux-gnu/ld-linux-x86-64.so.2 usr/lib64/ld-linux-x86-64.so.2`,
} as const;

export type Distribution = keyof typeof rearrangements;
export const distributions = Object.keys(rearrangements) as Distribution[];

/** `debian` is a merged root for amd64 that was extracted, and stays as it is. */
export async function distributionRoot(name: Distribution, debian: string): Promise<string> {
  const script = rearrangements[name];
  const directory = await built(
    'distribution-root',
    { debian, script, layout: 2 },
    async (directory) => {
      const root = join(directory, 'root');
      await mkdir(root);
      // The files themselves are shared, since only directories change.
      await execa('cp', ['--archive', '--link', `${debian}/.`, root]);
      await execa('sh', ['-e', '-c', script], { cwd: root });
      // A loader whose libraries are elsewhere knows them by its cache alone.
      await execa('ldconfig', ['-r', root]);
    },
  );
  return join(directory, 'root');
}
