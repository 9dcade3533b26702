/**
 * The running kernel's facts. Reads are synchronous: files of procfs and sysfs never wait for a
 * disk, and the way through the thread pool costs several times what such a read does.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import type { FactSource } from './fact-source.ts';

const tableDeadlineMilliseconds = 5_000;
const drainMilliseconds = 200;

export const localFactSource: FactSource = {
  read: async (path) => readFileSync(path, 'utf8'),
  list: async (path) => readdirSync(path),
  deviceMapperTable: () => runDmsetup(tableDeadlineMilliseconds),
};

/** A dmsetup that does not end is killed and not waited for: it may sleep in the kernel for ever. */
function runDmsetup(deadline: number): Promise<string> {
  return new Promise((resolve) => {
    let table = '';
    const child = spawn('dmsetup', ['table', '--manglename', 'none'], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C', DM_DISABLE_UDEV: '1' },
    });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      child.unref();
      child.stdout.destroy();
      resolve(table);
    }, deadline);
    const end = (text: string) => {
      clearTimeout(timer);
      resolve(text);
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      table += text;
    });
    child.on('error', () => end(''));
    child.on('close', () => end(table));
    // Whoever inherited the pipe may keep it open.
    child.on('exit', () => setTimeout(() => end(table), drainMilliseconds));
  });
}
