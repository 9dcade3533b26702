/** Packs a directory for a guest, with cpio(1): the builder under test must not build its own tests. */
import { execa } from 'execa';

export async function packArchive(root: string, archive: string): Promise<void> {
  await execa('find', ['.', '-print0'], { cwd: root }).pipe(
    'cpio',
    ['--create', '--null', '--format=newc', '--owner=0:0', '--quiet'],
    // Not kept in memory as well: execa stops a process that prints more than 100 MB.
    { cwd: root, stdout: { file: archive }, buffer: false },
  );
}
