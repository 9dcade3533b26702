/** The live-build hook with its blanks filled in, as data of the image decides. */
import { Failure } from '../failure.ts';

/** `template` is hooks/live-build/shutdownramfs.hook.chroot. */
export function hookText(
  template: string,
  packages: readonly string[],
  options: readonly string[],
): string {
  const filled = fillIn(template, 'packages', packages.join(' '));
  return fillIn(filled, 'options', options.join(' '));
}

/** Tells the hook that the executable begins on the line after its last. */
export function tellAppended(hook: string, linesToCome: number): string {
  const lines = hook.split('\n').length - 1 + linesToCome;
  return fillIn(hook, 'appended', String(lines + 1));
}

/** A list for config/package-lists. */
export function packageList(packages: readonly string[]): string {
  const about = '# What the shutdown initramfs is packed from, and what it works with.';
  return [about, ...packages, ''].join('\n');
}

function fillIn(text: string, name: string, value: string): string {
  const blank = `\n${name}=\n`;
  if (!text.includes(blank)) throw new Failure(`fill in ${name}: the hook has no such line`);
  return text.replace(blank, () => `\n${name}='${value}'\n`);
}
