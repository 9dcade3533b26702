/** Makes a root directory from one object: a Buffer or text is a file, `-> target` is a symlink. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

export type RootTree = Readonly<Record<string, string | Buffer>>;

/** The directory's path; it goes away with the test. A file's mode may follow its name after `:`. */
export function rootTree(tree: RootTree): string {
  const directory = mkdtempSync(join(tmpdir(), 'shutdownramfs-root-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const [name, content] of Object.entries(tree)) {
    const [, path = '', mode = '644'] = /^(.*?)(?::([0-7]+))?$/.exec(name) ?? [];
    const hostPath = join(directory, path);
    mkdirSync(dirname(hostPath), { recursive: true });
    if (typeof content === 'string' && content.startsWith('-> ')) {
      symlinkSync(content.slice(3), hostPath);
    } else if (path.endsWith('/')) {
      mkdirSync(hostPath, { recursive: true });
    } else {
      writeFileSync(hostPath, content);
      chmodSync(hostPath, Number.parseInt(mode, 8));
    }
  }
  return directory;
}
