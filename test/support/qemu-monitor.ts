/** A client of QEMU's machine protocol: JSON lines over a socket (QEMU docs/interop/qmp-spec.rst). */
import { createConnection, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure, reasonOf } from '../../src/failure.ts';

export interface MonitorEvent {
  readonly event: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface QemuMonitor {
  /** The command's `return` value. */
  execute(command: string, parameters?: Readonly<Record<string, unknown>>): Promise<unknown>;
  /** The first event of that name, among those that already happened too. */
  waitForEvent(name: string, deadlineSeconds: number): Promise<MonitorEvent>;
  close(): void;
}

interface Reply {
  readonly id?: number;
  readonly event?: string;
  readonly return?: unknown;
  readonly error?: { readonly class: string; readonly desc: string };
}

export async function connectMonitor(path: string): Promise<QemuMonitor> {
  const socket = await connect(path, Date.now() + 10_000);
  const events: MonitorEvent[] = [];
  const listeners = new Set<(event: MonitorEvent) => void>();
  const pending = new Map<number, (reply: Reply) => void>();
  let lastId = 0;

  const lines = createInterface({ input: socket });
  lines.on('line', (line) => {
    const reply = JSON.parse(line) as Reply;
    if (reply.event !== undefined) {
      const event = reply as MonitorEvent;
      events.push(event);
      for (const listener of listeners) listener(event);
    }
    if (reply.id !== undefined) pending.get(reply.id)?.(reply);
  });
  for (const source of [socket, lines]) {
    source.on('error', () => {
      // QEMU has gone; what waits on it has a deadline.
    });
  }

  async function execute(command: string, parameters = {}): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<Reply>();
    const id = ++lastId;
    pending.set(id, resolve);
    socket.write(`${JSON.stringify({ execute: command, arguments: parameters, id })}\n`);
    const reply = await within(30, `QEMU's answer to ${command}`, promise);
    pending.delete(id);
    if (reply.error) throw new Failure(`execute ${command}: ${reply.error.desc}`);
    return reply.return;
  }

  await execute('qmp_capabilities');
  return {
    execute,
    close: () => socket.destroy(),
    async waitForEvent(name, deadlineSeconds) {
      const already = events.find(({ event }) => event === name);
      if (already) return already;
      const { promise, resolve } = Promise.withResolvers<MonitorEvent>();
      const listener = (event: MonitorEvent): void => {
        if (event.event === name) resolve(event);
      };
      listeners.add(listener);
      try {
        return await within(deadlineSeconds, `QEMU's event ${name}`, promise);
      } finally {
        listeners.delete(listener);
      }
    },
  };
}

/** QEMU makes the socket a moment after it was started. */
async function connect(path: string, deadline: number): Promise<Socket> {
  for (;;) {
    try {
      return await new Promise((resolve, reject) => {
        const socket = createConnection(path, () => {
          resolve(socket);
        }).once('error', reject);
      });
    } catch (cause) {
      if (Date.now() > deadline) {
        throw new Failure(`connect to QEMU's monitor: ${reasonOf(cause)}`, { cause });
      }
      await sleep(50);
    }
  }
}

async function within<T>(seconds: number, what: string, promise: Promise<T>): Promise<T> {
  const stop = new AbortController();
  const late = sleep(seconds * 1000, undefined, { signal: stop.signal }).then(() => {
    throw new Failure(`wait for ${what}: not within ${seconds} s`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([promise, late]);
  } finally {
    stop.abort();
  }
}
