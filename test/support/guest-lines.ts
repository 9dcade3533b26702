/** A guest's two lines to the host, ports of virtio-serial: a root shell, and one for bytes alone. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { connectShell, type GuestShell } from './guest-shell.ts';
import type { Port } from './virtual-machine.ts';

export interface GuestLines {
  readonly shell: GuestShell;
  /** The file that has what the guest writes to its port `data`. */
  readonly data: string;
  /** Until all of the system has started. */
  waitForSystem(deadlineSeconds?: number): Promise<void>;
  /** Runs commands in the guest and returns what they write to `$data`, byte for byte. */
  collect(script: string): Promise<Buffer>;
}

/** For the machine's start; their files are made in the directory. */
export function guestPorts(directory: string): readonly Port[] {
  return [
    { kind: 'socket', name: 'shell', path: join(directory, 'shell') },
    { kind: 'file', name: 'data', path: join(directory, 'data') },
  ];
}

/** To a machine that was started with the ports of that directory. */
export function connectGuest(directory: string): GuestLines {
  const shell = connectShell(join(directory, 'shell'));
  const data = join(directory, 'data');
  return {
    shell,
    data,
    async waitForSystem(deadlineSeconds = 300) {
      await shell.run('systemctl is-system-running --wait || true', deadlineSeconds);
    },
    async collect(script) {
      const { size } = await stat(data);
      await shell.run(`data=/dev/virtio-ports/data\n${script}`, 120);
      return (await readFile(data)).subarray(size);
    },
  };
}
