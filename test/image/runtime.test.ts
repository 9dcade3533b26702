/**
 * The slimmed Node beside the whole one: what the executable needs is answered the same, what was
 * left out is refused, and nothing ends the process.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { readModuleSources } from '../../scripts/runtime/builtin-modules.ts';
import { isLeftOut } from '../../scripts/runtime/left-out-modules.ts';
import { nativeNode } from '../../scripts/runtime/packaged-node.ts';
import { runtimeFor } from '../../scripts/runtime/runtime-for.ts';
import { slimRuntime } from '../../scripts/runtime/slim-runtime.ts';
import { scratchDirectory } from '../support/scratch-directory.ts';

/** Plain JavaScript, since the slimmed Node cannot strip types. */
const program = (name: string) => join(import.meta.dirname, `../support/${name}.mjs`);

async function answers(node: string, ...words: string[]): Promise<unknown> {
  const { stdout } = await execa(node, ['--no-warnings', ...words]);
  return JSON.parse(stdout);
}

test('what the executable needs is as in the whole Node, also inside an executable', async () => {
  await using scratch = await scratchDirectory();
  const path = program('runtime-exercise');
  const output = join(scratch.path, 'executable');
  const config = join(scratch.path, 'sea.json');
  const executable = await runtimeFor('x64');
  const sea = { main: path, mainFormat: 'module', executable, output };
  await writeFile(config, JSON.stringify({ ...sea, execArgv: ['--no-warnings'] }));
  await execa(nativeNode(), ['--build-sea', config]);
  const expected = await answers(nativeNode(), path);
  expect(Object.keys(expected as object)).toContain('webCrypto');
  expect(await answers(executable, path)).toEqual(expected);
  expect(JSON.parse((await execa(output)).stdout)).toEqual(expected);
});

test('no locale, encoding or module ends the process; what is missing is known', async () => {
  const path = program('runtime-locales');
  const whole = await answers(nativeNode(), path);
  expect(await answers(await runtimeFor('x64'), path)).toEqual({
    ...(whole as object),
    known: ['koi8-r', 'iso-8859-2', 'utf-16be'],
    missing: ['http2', 'repl', 'node:test', 'node:test/reporters'],
  });
});

test('what is left out is needed by nothing that stays', async () => {
  const sources = await readModuleSources(nativeNode());
  const needs = Object.entries(sources)
    .filter(([id]) => !isLeftOut(id))
    .flatMap(([id, source]) =>
      Array.from(
        source.matchAll(/\b(?:require|import)\('(?:node:)?([^']+)'\)/g),
        ([, needed = '']) => [id, needed],
      ),
    )
    .filter(([, needed]) => isLeftOut(needed ?? ''));
  // Three are started by options of Node's, one reads TypeScript.
  expect(Object.entries(Object.fromEntries(needs))).toEqual([
    ['internal/inspector/network_http2', 'http2'],
    ['internal/main/inspect', 'internal/debugger/inspect'],
    ['internal/main/repl', 'internal/repl'],
    ['internal/modules/typescript', 'internal/deps/amaro/dist/index'],
  ]);
});

test('a Node that looks otherwise is refused', async () => {
  const slimmed = await runtimeFor('x64');
  await expect(slimRuntime(slimmed, {})).rejects.toThrow('read program: it has no symbol table');
  await expect(slimRuntime(import.meta.filename, {})).rejects.toThrow('it is no ELF file');
  const sources = { repl: 'not what it is' };
  await expect(slimRuntime(nativeNode(), sources)).rejects.toThrow(/^leave out module repl: /);
});
