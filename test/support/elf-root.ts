/** A root of a few ELF headers, and an image of it: nothing in it can be started. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeImage, type WriteOptions } from '../../src/archive/write-image.ts';
import type { Feature } from '../../src/feature/feature.ts';
import { buildImage } from '../../src/image/build-image.ts';
import { elfFile } from './elf-file.ts';
import { rootTree, type RootTree } from './root-tree.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const interpreter = '/lib64/ld.so.2';
const lib = '/usr/lib/x86_64-linux-gnu';

export const elfRoot: RootTree = {
  '/usr/bin/shell': elfFile(),
  '/lib': '-> usr/lib',
  '/lib64': '-> usr/lib64',
  '/etc/os-release': 'ID=debian\nVERSION_ID="13"\n',
  '/usr/lib64/ld.so.2': elfFile(),
  '/usr/sbin/tool': elfFile({ interpreter, needed: ['liba.so.1'] }),
  [`${lib}/liba.so.1`]: '-> liba.so.1.2',
  [`${lib}/liba.so.1.2`]: elfFile({ soname: 'liba.so.1' }),
  '/var/lib/dpkg/status': `Package: liba1
Architecture: amd64
Source: a
Version: 1.2-1

Package: tool
Architecture: amd64
Version: 7
`,
  '/var/lib/dpkg/info/liba1:amd64.list': `/lib/x86_64-linux-gnu/liba.so.1.2\n`,
  '/var/lib/dpkg/info/tool.list': '/usr/sbin/tool\n',
};

const feature: Feature = {
  name: 'test',
  about: 'a test',
  standard: true,
  binaries: [
    { path: '/usr/sbin/tool', package: 'tool', probe: ['--version'] },
    { path: '/guard/busybox', candidates: ['/usr/bin/shell'], standalone: true, package: 'shell' },
  ],
};

export interface ElfImage {
  readonly root: string;
  readonly output: string;
}

/** Both go away with the test. */
export async function elfImage(
  options: Partial<WriteOptions> = {},
  tree: RootTree = elfRoot,
): Promise<ElfImage> {
  const place = temporaryDirectory();
  const executable = join(place, 'executable');
  writeFileSync(executable, elfFile({ interpreter }));
  const root = rootTree(tree);
  const image = buildImage({ root, features: [feature], executable, modificationTime: 0 });
  const output = join(place, 'image');
  await writeImage(image, { output, format: 'cpio', compression: 'none', ...options });
  return { root, output };
}
