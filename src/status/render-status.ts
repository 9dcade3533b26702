import type { ExitrdState } from './exitrd-state.ts';
import type { HeldKey } from './held-key.ts';
import type { Status } from './status.ts';

/** The verdict first; then the exitrd, a paragraph for each kind of key, and remarks. */
export function renderStatus(status: Status): string {
  const lines = [verdictOf(status), describeExitrd(status.exitrd)];
  for (const [kind, keys] of Map.groupBy(status.keys, ({ kind }) => kind)) {
    lines.push('', `${headings[kind]}:`, ...keys.flatMap(linesOf));
  }
  if (status.remarks.length > 0) {
    lines.push(
      '',
      ...status.remarks.map(({ isWarning, text }) => `${isWarning ? '! ' : '  '}${text}`),
    );
  }
  return `${lines.join('\n')}\n`;
}

function verdictOf({ keys, wipeable, exitrd }: Status): string {
  const count =
    keys.length === 0 ? 'no key' : `${keys.length} ${keys.length === 1 ? 'key' : 'keys'}`;
  if (wipeable && keys.length === 0) return `${count} in memory`;
  if (wipeable) return `${count} in memory, shutdown will wipe ${keys.length === 1 ? 'it' : 'all'}`;
  const left = keys.filter((key) => !key.wipeable).length;
  if (left === 0 && ['absent', 'damaged', 'foreign'].includes(exitrd.state)) {
    return `${count} in memory, but no exitrd to wipe any`;
  }
  return left === 0
    ? `${count} in memory that can be seen, but not all can be seen`
    : `${count} in memory, ${left} of them may remain after shutdown`;
}

function describeExitrd({ state, reason, version }: ExitrdState): string {
  const whose = version === undefined ? '' : `, ${version}`;
  const words = {
    ready: `in place in /run/initramfs, whole${whose}`,
    placeholder: `to be filled from disk at shutdown${whose}`,
    damaged: 'damaged',
    foreign: "/run/initramfs/shutdown is another program's",
    absent: 'none: /run/initramfs/shutdown is not there',
    unknown: 'cannot be looked at',
  } as const;
  return `exitrd: ${words[state]}${reason === undefined ? '' : ` (${reason})`}`;
}

const headings: Readonly<Record<HeldKey['kind'], string>> = {
  crypt: 'dm-crypt',
  integrity: 'dm-integrity',
  'self-encrypting-drive': 'self-encrypting drives',
  keyring: 'keyrings',
  'crash-kernel': 'crash kernel',
  fscrypt: 'encrypted directories',
  'file-system': 'file systems',
};

function linesOf({ name, about, wipeable, how }: HeldKey): readonly string[] {
  return [`${wipeable ? '  ' : '! '}${visible(name)}: ${about}`, `      ${how}`];
}

/** Names may hold anything; a terminal is to show them, not to obey them. */
function visible(name: string): string {
  return name.replaceAll(/\p{C}/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return `\\u{${code.toString(16)}}`;
  });
}
