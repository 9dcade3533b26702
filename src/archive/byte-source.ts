/** Takes exact amounts from a stream of parts. */
export interface ByteSource {
  /** Exactly `count` bytes; throws CutOff where the stream ends before. */
  take(count: number): Promise<Buffer>;
  /** The same in parts as they come, for what need not be in memory at once. */
  pass(count: number): AsyncGenerator<Buffer, void, undefined>;
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
  let rest: Buffer = Buffer.alloc(0);

  async function* pass(count: number): AsyncGenerator<Buffer, void, undefined> {
    let left = count;
    while (left > 0) {
      if (rest.length === 0) {
        const next = await parts.next();
        if (next.done === true) throw new CutOff();
        rest = next.value;
        continue;
      }
      const part = rest.subarray(0, left);
      rest = rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }
  return {
    pass,
    async *rest() {
      yield rest;
      for (let next = await parts.next(); next.done !== true; next = await parts.next()) {
        yield next.value;
      }
    },
    async take(count) {
      const taken: Buffer[] = [];
      for await (const part of pass(count)) taken.push(part);
      return Buffer.concat(taken);
    },
  };
}
