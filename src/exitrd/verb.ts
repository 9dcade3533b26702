/** What systemd-shutdown hands over: only "the verb is the first word" is promised of its words. */
export type Verb = 'poweroff' | 'reboot' | 'halt' | 'kexec';

export interface Request {
  readonly verb: Verb;
  /** The word as it came, for the log when it was not understood. */
  readonly word: string;
  readonly understood: boolean;
}

const verbs: Readonly<Record<string, Verb>> = {
  poweroff: 'poweroff',
  reboot: 'reboot',
  halt: 'halt',
  kexec: 'kexec',
  // On a machine that is no container, systemd-shutdown powers off for `exit` too.
  exit: 'poweroff',
};

/** Total: anything that is no verb powers the machine off, so that it never stays on unattended. */
export function parseRequest(words: readonly string[]): Request {
  const word = words[0] ?? '';
  const verb = Object.hasOwn(verbs, word) ? verbs[word] : undefined;
  return { verb: verb ?? 'poweroff', word, understood: verb !== undefined };
}
