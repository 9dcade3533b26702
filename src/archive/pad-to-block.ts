const block = 512;

/** The bytes, and zeros up to a full block, so that something may follow in the same file. */
export async function* padToBlock(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let size = 0;
  for await (const part of source) {
    size += part.length;
    yield part;
  }
  const rest = size % block;
  if (rest > 0) yield new Uint8Array(block - rest);
}
