#!/usr/bin/env node
/**
 * Times how fast memory is overwritten: by taking it from the kernel, as the exitrd does, and by sdmem
 * of Debian's secure-delete in its fastest mode (one pass of zeros), turn by turn, and prints medians.
 * Both get so much address space instead of all memory; what counts is the memory each came to hold,
 * from its start to its end.
 *
 * Usage: scripts/bench-overwrite.ts [MIB [ROUNDS]]
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';

const mebibytes = Number(process.argv[2] ?? 4096);
const rounds = Number(process.argv[3] ?? 5);
const bytes = mebibytes * 2 ** 20;
const pollMilliseconds = 5;

const systemCalls = join(import.meta.dirname, '../src/kernel/system-call.ts');
const take = `import(${JSON.stringify(systemCalls)}).then(({ takeMemory }) => takeMemory(${bytes}))`;
const commands: Readonly<Record<string, readonly string[]>> = {
  'sdmem -f -l -l': ['prlimit', `--as=${bytes}`, 'sdmem', '-f', '-l', '-l'],
  'taking it': [process.execPath, '--disable-warning=ExperimentalWarning', '-e', take],
};

const rates = new Map<string, number[]>(Object.keys(commands).map((name) => [name, []]));
for (let round = 0; round < rounds; round++) {
  for (const [name, command] of Object.entries(commands))
    rates.get(name)!.push(await rate(command));
}
process.stdout.write(`${mebibytes} MiB, median of ${rounds} rounds\n`);
const [reference = Number.NaN] = [...rates.values()].map(median);
for (const [name, values] of rates) {
  const speed = median(values);
  const ratio = `${(speed / reference).toFixed(2)} times as fast`;
  process.stdout.write(`${speed.toFixed(2)} GiB/s   ${ratio}   ${name}\n`);
}

/** GiB a second. */
async function rate([program = '', ...words]: readonly string[]): Promise<number> {
  const running = execa(program, words, { stdio: 'ignore' });
  let kibibytes = 0;
  const polling = setInterval(() => {
    kibibytes = Math.max(kibibytes, residentKib(running.pid ?? 0));
  }, pollMilliseconds);
  const { durationMs } = await running;
  clearInterval(polling);
  return kibibytes / 2 ** 20 / (durationMs / 1000);
}

/** Resident memory at its most (proc_pid_status(5)); 0 when the process is gone. */
function residentKib(processId: number): number {
  try {
    const status = readFileSync(`/proc/${processId}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >>> 1] ?? Number.NaN;
}
