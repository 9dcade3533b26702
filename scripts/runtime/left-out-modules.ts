/**
 * Node's own JavaScript that a program which is bundled, takes no options of Node's and speaks to no
 * network never loads. Whoever asks for one of these gets an error that says so.
 */
const leftOut: readonly RegExp[] = [
  // TypeScript is turned into JavaScript when the executable is built.
  /^internal\/deps\/amaro\//,
  // Tests and benchmarks.
  /^(?:test|bench)(?:\/|$)/,
  /^internal\/(?:test_runner|bench_runner)\//,
  /^internal\/main\/(?:test_runner|bench_runner)$/,
  // The prompt; readline shares its history.
  /^repl$/,
  /^internal\/repl$/,
  /^internal\/repl\/(?!history$)/,
  // `node inspect`, `node --prof-process`.
  /^internal\/debugger\//,
  /^internal\/deps\/v8\//,
  /^internal\/v8_prof_/,
  /^internal\/main\/prof_process$/,
  // Protocols.
  /^internal\/(?:quic|http2|dtls)\//,
  /^(?:quic|http2|dtls)$/,
];

/** `id` as in require(), without `node:`. */
export function isLeftOut(id: string): boolean {
  return leftOut.some((pattern) => pattern.test(id));
}
