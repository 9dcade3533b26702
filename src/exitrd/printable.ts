/**
 * Text as a console may show it: what would move its cursor or change its colours is written as an escape, and so is
 * a byte that is no character. Line ends stay. Names of devices and mount points may hold anything.
 */
export function printable(text: string): string {
  // Lone surrogates stand for bytes (snapshot/foreign-bytes.ts).
  return text.replaceAll(/(?!\n)\p{Cc}|\p{Cs}/gu, (character) => {
    const code = character.charCodeAt(0) & 0xff;
    return `\\x${code.toString(16).padStart(2, '0')}`;
  });
}

/** The same in one line. */
export function printableLine(text: string): string {
  return printable(text).replaceAll('\n', '\\x0a');
}
