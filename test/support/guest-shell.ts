/** A root shell in a guest, at the other end of a port of virtio-serial. */
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../../src/failure.ts';

export interface GuestShell {
  /** Runs shell commands to their end and returns what they print, standard error included. */
  run(script: string, deadlineSeconds?: number): Promise<string>;
  /** Begins them and does not wait: for what ends the guest. */
  begin(script: string): void;
  close(): void;
}

/** What nothing else prints, then the exit status. */
const endOfRecord = /-- end of record (\d+)\n/;

/** What is sent before the guest has begun to read waits in the socket. */
export function connectShell(path: string): GuestShell {
  const socket = createConnection(path);
  let received = '';
  let wake = Promise.withResolvers<void>();
  socket.setEncoding('utf8').on('data', (text: string) => {
    received += text;
    wake.resolve();
    wake = Promise.withResolvers();
  });
  socket.on('error', () => {
    // The guest has gone; what waits on it has a deadline.
  });

  async function nextRecord(deadline: number): Promise<{ text: string; status: number }> {
    for (;;) {
      const end = endOfRecord.exec(received);
      if (end) {
        const text = received.slice(0, end.index);
        received = received.slice(end.index + end[0].length);
        return { text, status: Number(end[1]) };
      }
      if (Date.now() >= deadline)
        throw new Failure(`not in time; so far: ${received.slice(-2000)}`);
      // Whatever it is that comes, a script must not live on until the deadline.
      const late = sleep(Math.max(0, deadline - Date.now()), undefined, { ref: false });
      await Promise.race([wake.promise, late]);
    }
  }

  return {
    async run(script, deadlineSeconds = 60) {
      socket.write(`{\n${script}\n} </dev/null 2>&1; echo "-- end of record $?"\n`);
      const { text, status } = await nextRecord(Date.now() + deadlineSeconds * 1000);
      if (status !== 0)
        throw new Failure(`run in guest: exit status ${status}: ${script}\n${text}`);
      return text;
    },
    begin: (script) => void socket.write(`${script}\n`),
    close: () => void socket.destroy(),
  };
}
