/**
 * The hook as it is installed, run by both shells in namespaces with a /run like Debian's: noexec,
 * a tenth of the memory, with initramfs-tools' directory. PID 1 there is called systemd-shutdown.
 */
import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hookText } from '../../src/install/hook-text.ts';
import { defaultSettings } from '../../src/settings/settings.ts';
import { makeTree, type InstalledTree } from '../support/installed-tree.ts';

const library = 'usr/lib/shutdownramfs';
const hook = 'usr/lib/systemd/system-shutdown/shutdownramfs.shutdown';
/** The same hook of a root with other settings. */
const otherHook = 'usr/lib/systemd/system-shutdown/other.shutdown';
const otherSettings = {
  debugging: {
    flagFiles: ['/run/dump', '/dump', '/etc/switches/dump'],
    kernelArguments: ['dump', 'look'],
    pauseSeconds: 2,
  },
  record: { ...defaultSettings.record, fileSystem: '/dev/shm/record' },
};

let tree: InstalledTree;
let work: string;
beforeAll(async () => {
  tree = await makeTree();
  const { exitCode, all } = await tree.run('install', '--config', '/dev/null');
  if (exitCode !== 0) throw new Error(all);
  const text = await readFile(join(tree.upper, hook), 'utf8');
  await writeFile(join(tree.upper, otherHook), hookText(text, otherSettings), { mode: 0o755 });
  work = await mkdtemp(join(tmpdir(), 'hook-'));
});
afterAll(async () => {
  await tree.remove();
  await rm(work, { recursive: true });
});

const prelude = `
mount -t tmpfs -o noexec,nosuid,nodev,size=10% tmpfs /run
mkdir -m 0700 /run/initramfs; : >/run/initramfs/fsck.log
mount -t tmpfs tmpfs /dev/shm; mkdir -p /run/user/1000
: >/run/kmsg; mount --bind /run/kmsg /dev/kmsg
: >/run/dropped; mount --bind /run/dropped /proc/sys/vm/drop_caches
state() {
  if mountpoint -q /run/initramfs; then echo mounted; else echo not mounted; fi
  if test -x /run/initramfs/shutdown; then echo executable; else echo not executable; fi
}
`;

/** What a script says in the namespaces; `hook WORD` in it runs the hook with that shell. */
async function inMachine(
  shell: string,
  script: string,
  root = tree.upper,
  more: readonly string[] = [],
): Promise<string[]> {
  const init = join(work, 'systemd-shutdown');
  const define = ['hook', 'other_hook'].map((name) => {
    const path = join(root, name === 'hook' ? hook : otherHook);
    return `${name}() { ${shell} ${path} "$@" 2>&1; echo "exit $?"; }`;
  });
  await writeFile(init, `#!/bin/bash\n${prelude}\n${define.join('\n')}\n${script}\n`);
  await chmod(init, 0o755);
  const namespaces = ['--mount', '--pid', '--fork', '--mount-proc', '--kill-child'];
  const { all } = await execa('unshare', [...namespaces, ...more, init], {
    all: true,
    reject: false,
  });
  return all.split('\n').filter(Boolean);
}

function commandLine(words: string): string {
  return `echo '${words}' >/run/cmdline; mount --bind /run/cmdline /proc/cmdline`;
}

/** The installed tree with something wrong in it. */
async function spoiled(spoil: string): Promise<string> {
  const root = join(work, 'spoiled');
  await rm(root, { recursive: true, force: true });
  await cp(tree.upper, root, { recursive: true, verbatimSymlinks: true });
  await execa('sh', ['-c', spoil], { cwd: join(root, library, 'image') });
  return root;
}

const seal = 'cd tree && find . -type f -exec sha256sum {} + >../sha256sums';

describe.each(['dash', 'busybox sh'])('under %s', (shell) => {
  const machine = (script: string, root?: string) => inMachine(shell, script, root);

  test('its syntax is right', async () => {
    const [command = '', ...words] = shell.split(' ');
    const check = execa(command, [...words, '-n', join(tree.upper, hook)], { reject: false });
    expect(await check).toMatchObject({ exitCode: 0, stderr: '' });
  });

  test('fills a mount of its own that is private, executable and never swapped', async () => {
    const [said, exit, ...rest] = await machine(
      'hook fill; state; stat -c %a:%u:%g /run/initramfs; grep /run/initramfs /proc/self/mountinfo',
    );
    expect(said).toMatch(/^shutdownramfs: filled \/run\/initramfs: [3-5]\d MiB in \d+ s$/);
    expect([exit, ...rest.slice(0, 3)]).toStrictEqual([
      'exit 0',
      'mounted',
      'executable',
      '700:0:0',
    ]);
    expect(rest[3]).toMatch(/ rw,nosuid,nodev,\S+ - tmpfs shutdownramfs rw,size=\d+k,.*noswap/);
  });

  test('mounts a ramfs, which is never swapped, where tmpfs knows no noswap', async () => {
    // As tmpfs refuses it to a user namespace (mm/shmem.c).
    const words = ['--user', '--map-root-user'];
    const script = 'hook placeholder; grep /run/initramfs /proc/self/mountinfo; state';
    const [exit, mount, ...rest] = await inMachine(shell, script, tree.upper, words);
    expect([exit, ...rest]).toStrictEqual(['exit 0', 'mounted', 'executable']);
    expect(mount).toMatch(/ rw,nosuid,nodev,\S+ - ramfs shutdownramfs rw,mode=700/);
  });

  test('takes no more memory than it has said', async () => {
    const [used] = (
      await machine('hook fill >/dev/null; df --output=used -k /run/initramfs')
    ).slice(1);
    const size = await readFile(join(tree.upper, library, 'image/size'), 'utf8');
    expect(Number(used)).toBeGreaterThan(Number(size) / 2);
    expect(Number(used)).toBeLessThanOrEqual(Number(size) + 4);
  });

  test('leaves nothing mounted behind and no loop device', async () => {
    const said = await machine('hook fill >/dev/null; grep -c initramfs /proc/self/mountinfo');
    expect(said).toStrictEqual(['1']);
    const { stdout } = await execa('losetup', ['--list', '--noheadings', '--output', 'BACK-FILE']);
    expect(stdout).not.toContain('usr.squashfs');
  });

  test('mounts once what the report is kept on, and says when it cannot', async () => {
    const filled = expect.stringMatching(/^shutdownramfs: filled/) as string;
    expect(
      await machine(`
        truncate -s 2M /dev/shm/record; mkfs.ext2 -q /dev/shm/record; other_hook fill
        grep -c /record /proc/self/mountinfo; other_hook clear; rm /dev/shm/record; other_hook fill`),
    ).toStrictEqual([
      filled,
      'exit 0',
      '0',
      'exit 0',
      'shutdownramfs: cannot mount /dev/shm/record: a report may not be kept there',
      filled,
      'exit 0',
    ]);
  });

  test('fills once, and anew when the image is another', async () => {
    expect(
      await machine(`
        hook fill >/dev/null; inode=$(stat -c %i /run/initramfs/shutdown); hook fill
        [ "$(stat -c %i /run/initramfs/shutdown)" = "$inode" ] && echo same
        echo >>/run/initramfs/.sha256sums; hook fill | sed 's/:.*:.*/: again/'; state`),
    ).toStrictEqual([
      'shutdownramfs: /run/initramfs is filled already',
      'exit 0',
      'same',
      'shutdownramfs: again',
      'exit 0',
      'mounted',
      'executable',
    ]);
  });

  test('clears what it has filled and shows what was below', async () => {
    expect(
      await machine('hook fill >/dev/null; hook clear; state; ls /run/initramfs'),
    ).toStrictEqual(['exit 0', 'not mounted', 'not executable', 'fsck.log']);
  });

  test('needs free memory', async () => {
    const said = await machine(
      `echo 'MemAvailable: 40960 kB' >/run/meminfo; mount --bind /run/meminfo /proc/meminfo
      hook fill; state`,
    );
    expect(said[0]).toMatch(
      /cannot fill .*: it needs \d+ MiB of free memory, 40 MiB are free; the machine will shut down/,
    );
    expect(said.slice(1)).toStrictEqual(['exit 1', 'not mounted', 'not executable']);
  });

  test.each([
    [
      'of a damaged image',
      'printf x | dd of=tree/usr.squashfs seek=9999 bs=1 conv=notrunc',
      'damaged',
    ],
    ['of a shortened image', 'truncate -s -1 tree/usr.squashfs', 'damaged'],
    ['of an image with a file missing', 'rm tree/etc/lvm/lvm.conf', 'damaged'],
    ['of an image that outgrew its size', 'echo 99 >size', 'cannot copy'],
    ['of an image without a size', 'rm size', 'there is no image'],
    ['of an image whose shell does not start', `: >tree/guard/busybox; ${seal}`, 'do not start'],
    [
      'of an image without its libraries',
      `rm tree/lib64; : >tree/usr.squashfs; ${seal}`,
      'do not start',
    ],
  ])('makes nothing executable %s', async (_, spoil, reason) => {
    const root = await spoiled(spoil);
    const said = await machine('hook fill; state', root);
    expect(said.filter((line) => line.includes(`cannot fill`))).toStrictEqual([
      expect.stringContaining(reason),
    ]);
    expect(said.slice(-3)).toStrictEqual(['exit 1', 'not mounted', 'not executable']);
  });

  test('leaves alone what somebody else has mounted', async () => {
    expect(
      await machine(`mount -t tmpfs -o mode=0755 another /run/initramfs
        install -m 0755 /dev/null /run/initramfs/shutdown; hook fill; hook clear; state`),
    ).toStrictEqual([
      'shutdownramfs: cannot fill /run/initramfs: another is mounted there already; the machine will shut down without it',
      'exit 1',
      'exit 0',
      'mounted',
      'executable',
    ]);
  });

  test('puts a placeholder that is executable and cannot be executed', async () => {
    const said = await machine(
      'hook placeholder; state; { /run/initramfs/shutdown; } 2>&1; echo "exit $?"; du -sk /run/initramfs',
    );
    expect(said.slice(0, 3)).toStrictEqual(['exit 0', 'mounted', 'executable']);
    expect(said[3]).toMatch(/bad interpreter|required file not found|No such file/);
    expect(said[4]).toBe('exit 127');
    expect(Number(said[5]?.split('\t')[0])).toBeLessThanOrEqual(4);
  });

  test('replaces the placeholder at shutdown', async () => {
    const said = await machine(
      'hook placeholder; hook poweroff --timeout=90; state; head -n1 /run/initramfs/shutdown; cat /run/kmsg',
    );
    expect(said.slice(0, 5)).toStrictEqual([
      'exit 0',
      'exit 0',
      'mounted',
      'executable',
      '#!/guard/busybox sh',
    ]);
    expect(said[5]).toMatch(/^<4>shutdownramfs: filled /);
  });

  test('removes the placeholder when filling at shutdown fails', async () => {
    const root = await spoiled('truncate -s -1 tree/usr.squashfs');
    const said = await machine('hook placeholder; hook reboot; state; cat /run/kmsg', root);
    expect(said).toContain('not mounted');
    expect(said).toContain('not executable');
    expect(said.join('\n')).toContain('the image is damaged');
  });

  test('does nothing when the exitrd will be entered', async () => {
    expect(
      await machine(
        'hook fill >/dev/null; echo x >/dev/shm/file; hook poweroff; cat /run/kmsg /run/dropped; ls /dev/shm',
      ),
    ).toStrictEqual(['exit 0', 'file']);
  });

  test('without an exitrd, empties what lies in memory, drops caches and says so, twice', async () => {
    const said = await machine(`
      echo x >/dev/shm/file; mkdir /run/user/1000/sub; echo x >/run/user/1000/sub/file
      mount -t tmpfs tmpfs /run/user/1000 && echo x >/run/user/1000/above
      exec 9</dev/shm/file; hook halt </dev/null; hook halt
      find /dev/shm /run/user -type f; stat -L -c %s /dev/fd/9; cat /run/dropped /run/kmsg`);
    const warning =
      '<4>shutdownramfs: /run/initramfs/shutdown cannot be executed: no exitrd will be entered';
    expect(said).toStrictEqual(['exit 0', 'exit 0', '0', '3', warning, warning]);
  });

  test.each([
    ['pause:1', 1],
    ['verbose,pause:2', 2],
  ])('pauses with the words %s in its flag file', async (words, seconds) => {
    const begin = performance.now();
    const said = await machine(
      `mkdir /run/shutdownramfs; echo ${words} >/run/shutdownramfs/debug; hook poweroff; cat /run/kmsg`,
    );
    expect(performance.now() - begin).toBeGreaterThanOrEqual(seconds * 1000);
    expect(said.at(-1)).toBe(
      `<4>shutdownramfs: no exitrd: memory can be dumped now, going on in ${seconds} s`,
    );
  });

  test.each([
    ['a flag file in /run', ': >/run/dump', 2],
    ['a flag file where the exitrd would be', 'echo pause:1 >/run/initramfs/dump', 1],
    ['an argument alone', commandLine('quiet dump'), 2],
    ['an argument with words', commandLine('look=verbose,pause:1'), 1],
    ['an argument with nothing behind its sign', commandLine('look='), 2],
  ])('by other settings, pauses for %s', async (_, set, seconds) => {
    const begin = performance.now();
    const said = await machine(`${set}; other_hook poweroff; cat /run/kmsg`);
    expect(performance.now() - begin).toBeGreaterThanOrEqual(seconds * 1000);
    expect(said.at(-1)).toBe(
      `<4>shutdownramfs: no exitrd: memory can be dumped now, going on in ${seconds} s`,
    );
  });

  test.each([
    ['the names by default', 'mkdir /run/shutdownramfs; : >/run/shutdownramfs/debug'],
    ['their argument', commandLine('shutdownramfs.debug=pause')],
    ['an argument that only begins alike', commandLine('dump-more look.x=pause')],
    ['what is no file', 'mkdir /run/dump; mkfifo /run/initramfs/dump'],
    ['a symlink', 'ln -s /etc/hostname /run/dump'],
    ['words without a pause', 'echo verbose >/run/dump'],
  ])('by other settings, does not pause for %s', async (_, set) => {
    const said = await machine(`${set}; other_hook poweroff; cat /run/kmsg`);
    expect(said[0]).toBe('exit 0');
    expect(said.join('\n')).not.toContain('memory can be dumped');
  });

  test('pauses for a flag file beside a placeholder that cannot be replaced', async () => {
    const root = await spoiled('truncate -s -1 tree/usr.squashfs');
    const said = await machine(
      'other_hook placeholder; echo pause:1 >/run/initramfs/dump; other_hook reboot; cat /run/kmsg',
      root,
    );
    expect(said.at(-1)).toMatch(/no exitrd: memory can be dumped now, going on in 1 s$/);
  });

  test('keeps flag files in the exitrd when it fills that anew', async () => {
    expect(
      await machine(`
        other_hook placeholder; : >/run/initramfs/dump; echo look >/run/initramfs/unknown
        mkdir -p /run/initramfs/etc/switches; echo pause:9,shell >/run/initramfs/etc/switches/dump
        other_hook poweroff; state; cd /run/initramfs
        grep . dump etc/switches/dump; ls unknown 2>/dev/null; cat /run/kmsg | sed 's/:.*:.*//'`),
    ).toStrictEqual([
      'exit 0',
      'exit 0',
      'mounted',
      'executable',
      'dump:pause',
      'etc/switches/dump:pause:9,shell',
      '<4>shutdownramfs',
    ]);
  });

  test.each(['fill', 'placeholder', 'clear', 'poweroff'])(
    'refuses %s without rights',
    async (word) => {
      const nobody = `setpriv --reuid 65534 --clear-groups ${shell} /run/hook`;
      expect(
        await machine(
          `cp ${join(tree.upper, hook)} /run/hook; chmod 755 /run; ${nobody} ${word} 2>&1; echo "exit $?"`,
        ),
      ).toStrictEqual(['shutdownramfs: must be run as root', 'exit 1']);
    },
  );

  test('refuses a verb on a machine that is not going down', async () => {
    const [command = '', ...words] = shell.split(' ');
    const run = execa(command, [...words, join(tree.upper, hook), 'poweroff'], { reject: false });
    expect(await run).toMatchObject({
      exitCode: 1,
      stderr:
        'shutdownramfs: poweroff is for systemd-shutdown to ask for: the machine is not going down',
    });
  });

  test('explains itself when it is called with another word', async () => {
    const said = await machine('hook dance');
    expect(said).toStrictEqual([expect.stringMatching(/^shutdownramfs: usage: /), 'exit 2']);
  });
});

/** A program of the root is another one, in the namespaces; the one that it was is `$real`. */
const replaced = (program: string, script: string) => `
real=/dev/shm/real; cp /usr/bin/${program} $real
printf '#!/bin/dash\nreal=%s\n%s\n' $real '${script}' >/dev/shm/replaced; chmod 755 /dev/shm/replaced
mount --bind /dev/shm/replaced /usr/bin/${program}`;
const whole = 'cd /run/initramfs && sha256sum -c --quiet .sha256sums && echo whole';
const fillInSession = () =>
  `exec 2>/dev/null; setsid --wait dash ${join(tree.upper, hook)} fill >/dev/null; echo "exit $?"`;

describe('a filling that is killed leaves nothing executable that is not whole', () => {
  test.each([
    ['when it mounts', 'mount', 'kill -9 0', 'not mounted'],
    ['before it copies', 'cp', 'kill -9 0', 'mounted'],
    ['while it copies', 'cp', '$real "$@" & sleep 0.02; kill -9 0', 'mounted'],
    ['after it copied', 'cp', '$real "$@"; kill -9 0', 'mounted'],
    ['when it checks', 'sha256sum', 'kill -9 0', 'mounted'],
    ['when it proves', 'unshare', 'kill -9 0', 'mounted'],
    ['before the last step', 'chmod', 'kill -9 0', 'mounted'],
  ])('%s', async (_, program, script, mounted) => {
    expect(
      await inMachine('dash', `${replaced(program, script)}; ${fillInSession()}; state`),
    ).toStrictEqual(['exit 137', mounted, 'not executable']);
  });

  test('after the last step', async () => {
    const script = `${replaced('chmod', '$real "$@"; kill -9 0')}; ${fillInSession()}`;
    expect(await inMachine('dash', `${script}; state; ${whole}`)).toStrictEqual([
      'exit 137',
      'mounted',
      'executable',
      'whole',
    ]);
  });
});

test('of two fillings at once the second waits, and finds it filled', async () => {
  const said = await inMachine(
    'dash',
    `hook fill >/run/first & hook fill >/run/second; wait; sort /run/first /run/second; state; ${whole}`,
  );
  expect(said.slice(2)).toStrictEqual([
    expect.stringMatching(/is filled already$/),
    expect.stringMatching(/: filled \/run\/initramfs: /),
    'mounted',
    'executable',
    'whole',
  ]);
  expect(said.slice(0, 2)).toStrictEqual(['exit 0', 'exit 0']);
});

describe('with a root that is gone', () => {
  /** The shell was in memory already; nothing else of the root is there. */
  const hide = `
    cp /bin/busybox HOOK /dev/shm; mount -t tmpfs tmpfs /usr
    /dev/shm/busybox sh /dev/shm/shutdownramfs.shutdown poweroff; echo "exit $?"; echo "$(</run/kmsg)"`;
  const hidden = () => hide.replace('HOOK', join(tree.upper, hook));

  test('an exitrd is entered without another word', async () => {
    expect(await inMachine('dash', `hook fill >/dev/null; ${hidden()}`)).toStrictEqual(['exit 0']);
  });

  test('a placeholder gives way, soon', async () => {
    const begin = performance.now();
    const said = await inMachine(
      'dash',
      `hook placeholder; ${hidden()}; [ -x /run/initramfs/shutdown ] || echo gone`,
    );
    expect(said[0]).toBe('exit 0');
    expect(said).toContain('exit 0');
    expect(said.join('\n')).toMatch(/<4>shutdownramfs: cannot fill .*: there is no image in /);
    expect(said.at(-1)).toBe('gone');
    expect(performance.now() - begin).toBeLessThan(60_000);
  });
});
