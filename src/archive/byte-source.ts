/** Takes exact amounts from a stream of parts. */
export interface ByteSource {
  /** How many bytes were taken. */
  readonly position: number;
  /** Exactly `count` bytes; throws CutOff where the stream ends before. */
  take(count: number): Promise<Buffer>;
  /** The same in parts as they come, for what need not be in memory at once. */
  pass(count: number): AsyncGenerator<Buffer, void, undefined>;
  /** The next `count` bytes, or as many as there are, which stay to be taken. */
  peek(count: number): Promise<Buffer>;
  /** Takes zeros, as many as follow. */
  skipZeros(): Promise<void>;
  /** What is left, in parts as they come. */
  rest(): AsyncGenerator<Buffer, void, undefined>;
}

class CutOff extends Error {
  constructor() {
    super('it is cut off');
  }
}

export function createByteSource(stream: AsyncIterable<Buffer>): ByteSource {
  const parts = stream[Symbol.asyncIterator]();
  let position = 0;
  let held: Buffer = Buffer.alloc(0);

  /** False at the end of the stream. */
  async function hold(): Promise<boolean> {
    const next = await parts.next();
    if (next.done === true) return false;
    held = held.length === 0 ? next.value : Buffer.concat([held, next.value]);
    return true;
  }
  function takeHeld(count: number): Buffer {
    const part = held.subarray(0, count);
    held = held.subarray(part.length);
    position += part.length;
    return part;
  }
  async function* pass(count: number): AsyncGenerator<Buffer, void, undefined> {
    let left = count;
    while (left > 0) {
      if (held.length === 0 && !(await hold())) throw new CutOff();
      const part = takeHeld(left);
      left -= part.length;
      if (part.length > 0) yield part;
    }
  }
  return {
    get position() {
      return position;
    },
    pass,
    async take(count) {
      const taken: Buffer[] = [];
      for await (const part of pass(count)) taken.push(part);
      return Buffer.concat(taken);
    },
    async peek(count) {
      while (held.length < count && (await hold()));
      return held.subarray(0, count);
    },
    async skipZeros() {
      do {
        const end = held.findIndex((byte) => byte !== 0);
        takeHeld(end === -1 ? held.length : end);
      } while (held.length === 0 && (await hold()));
    },
    async *rest() {
      do {
        if (held.length > 0) yield takeHeld(held.length);
      } while (await hold());
    },
  };
}
