/**
 * The running kernel's facts. Reads are synchronous: files of procfs and sysfs never wait for a
 * disk, and the way through the thread pool costs several times what such a read does.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { FactSource } from './fact-source.ts';
import { decodeBytes } from './foreign-bytes.ts';

const tableDeadlineMilliseconds = 5_000;
const drainMilliseconds = 200;
/** Thousands of devices have a hundredth of it; what says more is broken, and is believed nothing. */
const mostBytes = 16 * 2 ** 20;

export const localFactSource: FactSource = {
  read: async (path) => decodeBytes(readFileSync(path)),
  list: async (path) => readdirSync(path),
  deviceMapperTable: () => runDmsetup(tableDeadlineMilliseconds),
};

/** A dmsetup that does not end is killed and not waited for: it may sleep in the kernel for ever. */
function runDmsetup(deadline: number): Promise<string> {
  return new Promise((resolve) => {
    const table: Buffer[] = [];
    const child = spawn('dmsetup', ['table', '--manglename', 'none'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', DM_DISABLE_UDEV: '1' },
    });
    let size = 0;
    const abandon = () => {
      child.kill('SIGKILL');
      child.unref();
      child.stdout.destroy();
      told();
    };
    const timer = setTimeout(abandon, deadline);
    const end = (text: string) => {
      clearTimeout(timer);
      resolve(text);
    };
    const told = () => end(size > mostBytes ? '' : decodeBytes(Buffer.concat(table)));
    child.stdout.on('data', (bytes: Buffer) => {
      table.push(bytes);
      size += bytes.length;
      if (size > mostBytes) abandon();
    });
    child.on('error', () => end(''));
    child.on('close', told);
    // Whoever inherited the pipe may keep it open.
    child.on('exit', () => setTimeout(told, drainMilliseconds));
  });
}
