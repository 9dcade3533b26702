/** The Node that becomes the executable, slimmed once and kept below node_modules/.cache. */
import { createHash } from 'node:crypto';
import { glob, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readModuleSources } from './builtin-modules.ts';
import { dropSymbols } from './drop-symbols.ts';
import { cache, nativeNode, packagedNode, type Architecture } from './packaged-node.ts';
import { slimRuntime } from './slim-runtime.ts';

/** The path of a Node: a whole one has all that it came with but its symbols. */
export async function runtimeFor(architecture: Architecture, whole = false): Promise<string> {
  const node = await packagedNode(architecture);
  const { size, mtimeMs } = await stat(node);
  const key = createHash('sha256').update(`${node}\0${size}\0${mtimeMs}\0${whole}`);
  for await (const path of glob('*.ts', { cwd: import.meta.dirname })) {
    key.update(await readFile(join(import.meta.dirname, path)));
  }
  const runtime = join(cache, `node-${key.digest('hex').slice(0, 16)}`);
  if (await stat(runtime).catch(() => undefined)) return runtime;
  await mkdir(cache, { recursive: true });
  const bytes = whole
    ? dropSymbols(await readFile(node))
    : await slimRuntime(node, await readModuleSources(nativeNode()));
  const part = `${runtime}.${process.pid}.part`;
  await writeFile(part, bytes, { mode: 0o755 });
  await rename(part, runtime);
  return runtime;
}
