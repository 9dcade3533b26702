/**
 * Runs by itself in the runtime that it is to try: uses what the exitrd and the command line need of
 * it, and what must not end the process. Prints one JSON document, each answer by its name.
 */
import { spawnSync } from 'node:child_process';
import { createHash, hkdfSync, randomBytes } from 'node:crypto';
import { dlopen } from 'node:ffi';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createConnection, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { domainToASCII, domainToUnicode } from 'node:url';
import { inspect, parseArgs, styleText } from 'node:util';
import { gzipSync, gunzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { MessageChannel, Worker } from 'node:worker_threads';

const day = new Date(Date.UTC(2026, 10, 22, 23, 5, 9));
const words = ['zebra', 'Äpfel', 'apple', 'éclair', 'Zoë', 'ｅ', 'e'];

/** Each must be answered as by the whole Node. */
const answers = {
  decode: () => [
    new TextDecoder('utf-8').decode(Buffer.from('grüße 🗝')),
    new TextDecoder('latin1').decode(Buffer.from([0xe9, 0x80])),
    new TextDecoder('utf-16le').decode(Buffer.from('ω', 'utf16le')),
    String(attempt(() => new TextDecoder('utf-8', { fatal: true }).decode(Buffer.from([0xff])))),
  ],
  normalize: () =>
    ['NFC', 'NFD', 'NFKC', 'NFKD'].map((form) =>
      Buffer.from('ﬁÅ각ẛ̣'.normalize(form)).toString('hex'),
    ),
  cases: () => [
    'ß'.toUpperCase(),
    'İ'.toLowerCase(),
    'I'.toLocaleLowerCase('tr'),
    'ΑΣ'.toLowerCase(),
  ],
  compare: () => [
    words.toSorted((one, other) => one.localeCompare(other)),
    words.toSorted(new Intl.Collator('en', { sensitivity: 'base', numeric: true }).compare),
  ],
  segment: () =>
    ['grapheme', 'word', 'sentence'].map((granularity) =>
      Array.from(
        new Intl.Segmenter('en', { granularity }).segment('👩‍👩‍👧 e\u0301 cannot. Stop it!'),
        ({ segment }) => segment,
      ),
    ),
  properties: () => [
    ['a', 'Ω', '漢', '5', '👍', '‿'].map((text) =>
      [/\p{L}/u, /\p{Script=Greek}/u, /\p{Emoji}/u, /\p{RGI_Emoji}/v, /^[\p{L}--[a-z]]$/v].map(
        (pattern) => pattern.test(text),
      ),
    ),
    /straße/iu.test('STRAẞE'),
  ],
  dates: () => [
    day.toISOString(),
    day.toString(),
    day.toLocaleString(),
    day.toLocaleString('en-GB', { timeZone: 'Asia/Tokyo', dateStyle: 'full', timeStyle: 'long' }),
    new Intl.RelativeTimeFormat('en').format(-3, 'day'),
  ],
  numbers: () => [
    (1_234_567.891).toLocaleString(),
    new Intl.NumberFormat('en', { style: 'unit', unit: 'megabyte' }).format(28),
    new Intl.NumberFormat('en', { style: 'currency', currency: 'EUR' }).format(5),
    new Intl.PluralRules('en', { type: 'ordinal' }).select(22),
    new Intl.ListFormat('en').format(['md', 'lvm', 'crypt']),
    new Intl.DisplayNames('en', { type: 'region' }).of('CZ'),
  ],
  urls: () => [
    new URL('https://Bücher.example/ä?ö#ü').href,
    new URL('https://faß.de/').hostname,
    domainToUnicode('xn--bcher-kva.example'),
    domainToASCII('例え.テスト'),
  ],
  compression: () => {
    const text = Buffer.from('abc'.repeat(10_000));
    return [
      zstdDecompressSync(zstdCompressSync(text)).equals(text),
      gunzipSync(gzipSync(text)).equals(text),
    ];
  },
  hashes: () => [
    createHash('sha256').update('abc').digest('hex'),
    Buffer.from(hkdfSync('sha512', 'key', 'salt', 'info', 16)).toString('hex'),
    randomBytes(8).length,
  ],
  inspect: () => inspect({ a: new Map([[1, { b: [2n, Symbol('c')] }]]) }, { depth: 9 }),
  words: () => [
    parseArgs({ args: ['--a=1'], options: { a: { type: 'string' } } }).values,
    styleText('red', 'x', { validateStream: false }),
  ],
  child: () => spawnSync('echo', ['from', 'a child'], { encoding: 'utf8' }).stdout,
  temporal: () => day.toTemporalInstant().toZonedDateTimeISO('Europe/Prague').toString(),
  systemCall: () => {
    const { functions } = dlopen(null, { getpid: { arguments: [], return: 'i32' } });
    return functions.getpid() === process.pid;
  },
  evaluate: () => process.getBuiltinModule('node:vm').runInNewContext('1 + 1'),
  clone: () =>
    structuredClone({ map: new Map([['a', new Date(0)]]) })
      .map.get('a')
      ?.getTime(),
  memory: () => new WebAssembly.Memory({ initial: 1 }).buffer.byteLength,
  thrown: () => String(attempt(() => JSON.parse('{'))),
};

const laterAnswers = {
  worker: async () => {
    const code =
      'const { parentPort: p } = require("worker_threads"); p.on("message", (m) => p.postMessage(m + 1))';
    const worker = new Worker(code, { eval: true });
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- it is no window
    worker.postMessage(1);
    const [message] = await once(worker, 'message');
    await worker.terminate();
    return message;
  },
  ports: async () => {
    const { port1, port2 } = new MessageChannel();
    const received = new Promise((resolve) => {
      port2.addEventListener('message', ({ data }) => resolve(data));
    });
    port2.start();
    port1.postMessage('through a port');
    const message = await received;
    port1.close();
    return message;
  },
  streams: async () => {
    const compressed = new Blob(['web streams'])
      .stream()
      .pipeThrough(new CompressionStream('gzip'));
    return gunzipSync(await new Response(compressed).bytes()).toString();
  },
  lines: async () => await Array.fromAsync(createInterface({ input: Readable.from(['a\nb\n']) })),
  files: async () => (await readFile('/proc/self/comm', 'utf8')).length > 1,
  timers: async () => await setTimeout(1, 'later'),
  sockets: async () => {
    const server = createServer((socket) => socket.end('hello')).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = createConnection(server.address().port, '127.0.0.1');
    const [data] = await once(client, 'data');
    client.destroy();
    server.close();
    return String(data);
  },
  webCrypto: async () =>
    Buffer.from(await crypto.subtle.digest('SHA-256', Buffer.from('abc'))).toString('hex'),
  modules: async () => (await import('node:fs')).existsSync('/'),
};

/** An error is an answer too. */
function attempt(work) {
  try {
    return work();
  } catch (error) {
    return error;
  }
}

const all = {};
for (const [name, work] of Object.entries(answers)) all[name] = work();
for (const [name, work] of Object.entries(laterAnswers)) all[name] = await work();
process.stdout.write(JSON.stringify(all, undefined, 1));
