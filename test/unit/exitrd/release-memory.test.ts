import { expect, test } from 'vitest';
import { doomedMemory } from '../../../src/exitrd/release-memory.ts';
import { parseMountinfo } from '../../../src/snapshot/parse-mountinfo.ts';

/** After a switch by systemd 257, root freed: the exitrd on a tmpfs, /run bound, /dev recursive. */
const mountinfo = `
60 60 0:30 / / rw,nosuid - tmpfs shutdownramfs rw,size=65536k,noswap
61 60 0:6 / /dev rw - devtmpfs udev rw
62 61 0:25 / /dev/shm rw - tmpfs tmpfs rw
68 60 0:27 / /sys/fs/cgroup ro - tmpfs tmpfs ro,mode=755
63 60 0:5 / /proc rw - proc proc rw
64 60 0:24 / /run rw,noexec - tmpfs tmpfs rw
65 64 0:26 / /run/credentials/x ro - ramfs none rw
66 60 7:0 / /usr ro - squashfs /dev/loop0 ro
67 61 0:30 / /oldroot/run/initramfs rw - tmpfs shutdownramfs rw
`;

test('every memory-backed file system but the exitrd goes, the deepest first', () => {
  const { mounts } = parseMountinfo(mountinfo);
  expect(doomedMemory(mounts).map(({ target }) => target)).toEqual([
    '/run/credentials/x',
    '/dev/shm',
    '/run',
  ]);
});
