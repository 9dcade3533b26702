import { expect, test } from 'vitest';
import { isReached } from '../../../src/plan/reached-mount.ts';
import { parseMountinfo } from '../../../src/snapshot/parse-mountinfo.ts';

const mountinfo = `
60 1 0:30 / / rw - tmpfs shutdownramfs rw
61 60 0:40 / /oldroot rw - overlay overlay rw
62 61 0:41 / /oldroot/tmp rw - tmpfs plain rw
63 62 0:42 / /oldroot/tmp/inner rw - tmpfs inner rw
64 61 0:43 / /oldroot/a/b rw - tmpfs below-a-disk rw
65 61 253:0 / /oldroot/a rw - ext4 /dev/dm-0 rw
66 61 0:44 / /oldroot/c rw - tmpfs under-a-disk rw
67 66 253:1 / /oldroot/c rw - ext4 /dev/dm-1 rw
68 61 0:45 / /oldroot/home rw - nfs4 server:/home rw
69 68 0:46 / /oldroot/home/tmp rw - tmpfs on-the-network rw
70 61 0:47 / /oldroot/ab rw - tmpfs beside rw
`;

test.each([
  ['plain', true],
  ['inner', true],
  ['beside', true],
  ['below-a-disk', false],
  ['under-a-disk', false],
  ['on-the-network', false],
])('%s: %s', (source, expected) => {
  const { mounts } = parseMountinfo(mountinfo);
  const mount = mounts.find((one) => one.source === source);
  expect(mount && isReached(mount, mounts)).toBe(expected);
});
