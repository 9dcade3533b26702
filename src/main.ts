/**
 * The one entry of the executable. Started as PID 1 or under the name `shutdown` it is the exitrd
 * program, else the command line. The command line half is a separate bundle (an asset of the
 * single executable application) which the exitrd half neither reads nor compiles.
 */
import { basename, dirname } from 'node:path';
import type * as CommandLineModule from './cli/main.ts';
import { runExitrd } from './exitrd/main.ts';
import { fillerName, fillFreeMemory } from './exitrd/memory-filler.ts';

type CommandLine = typeof CommandLineModule;

const [, name = '', ...words] = process.argv;
if (process.pid === 1 || basename(name) === 'shutdown') {
  void runExitrd(words);
} else if (name === fillerName) {
  fillFreeMemory(words);
} else {
  void loadCommandLine().then(({ runCommandLine }) => runCommandLine(words));
}

/** The modules that this takes are loaded here and not above: the exitrd starts without them. */
async function loadCommandLine(): Promise<CommandLine> {
  const sea = process.getBuiltinModule('node:sea');
  if (!sea.isSea()) {
    return (await import(new URL('cli/main.ts', import.meta.url).href)) as CommandLine;
  }
  const evaluate = process
    .getBuiltinModule('node:vm')
    .compileFunction(
      sea.getAsset('cli.cjs', 'utf8'),
      ['require', 'module', 'exports', '__filename', '__dirname'],
      { filename: 'shutdownramfs/cli.cjs' },
    );
  const module = { exports: {} };
  evaluate(
    process.getBuiltinModule('node:module').createRequire(process.execPath),
    module,
    module.exports,
    process.execPath,
    dirname(process.execPath),
  );
  return module.exports as CommandLine;
}
