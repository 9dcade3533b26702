/**
 * The one entry of the executable. Started as PID 1 or under the name `shutdown` it is the exitrd
 * program, else the command line. The command line half is a separate bundle (an asset of the
 * single executable application) which the exitrd half neither reads nor compiles.
 */
import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';
import sea from 'node:sea';
import { compileFunction } from 'node:vm';
import type * as CommandLineModule from './cli/main.ts';
import { runExitrd } from './exitrd/main.ts';

type CommandLine = typeof CommandLineModule;

if (process.pid === 1 || basename(process.argv[1] ?? '') === 'shutdown') {
  await runExitrd(process.argv.slice(2));
} else {
  const { runCommandLine } = await loadCommandLine();
  await runCommandLine(process.argv.slice(2));
}

async function loadCommandLine(): Promise<CommandLine> {
  if (!sea.isSea()) {
    return (await import(new URL('cli/main.ts', import.meta.url).href)) as CommandLine;
  }
  const evaluate = compileFunction(
    sea.getAsset('cli.cjs', 'utf8'),
    ['require', 'module', 'exports', '__filename', '__dirname'],
    { filename: 'shutdownramfs/cli.cjs' },
  );
  const module = { exports: {} };
  evaluate(
    createRequire(import.meta.url),
    module,
    module.exports,
    process.execPath,
    dirname(process.execPath),
  );
  return module.exports as CommandLine;
}
