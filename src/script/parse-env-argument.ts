/**
 * Finds the program that `#!/usr/bin/env ARGUMENT` starts. Source: env(1) of GNU coreutils
 * (src/env.c, build_argv), with its `-S`.
 */

export type EnvArgument =
  | { readonly kind: 'program'; readonly program: string }
  | { readonly kind: 'broken'; readonly reason: string };

/** The argument as the kernel hands it over: one word, whatever it holds. */
export function parseEnvArgument(argument: string | undefined): EnvArgument {
  if (argument === undefined) return broken('env is given no program');
  const [, split] = /^(?:-[iv0]*S[ \t]*|--split-string=)(.*)$/s.exec(argument) ?? [];
  if (split === undefined && /[ \t]/.test(argument)) {
    return broken(`env takes "${argument}" for one word; env -S would split it`);
  }
  const words = split === undefined ? [argument] : splitWords(split);
  return words === undefined
    ? broken(`env cannot split "${split}" without its environment`)
    : programAmong(words);
}

const withValue = /^(?:-[uC]|--unset|--chdir)$/;

function programAmong(words: readonly string[]): EnvArgument {
  let at = 0;
  for (; words[at]?.startsWith('-') === true; at++) {
    if (words[at] === '--') {
      at++;
      break;
    }
    if (withValue.test(words[at] ?? '')) at++;
  }
  for (; words[at]?.includes('=') === true; at++) {
    if (words[at]?.startsWith('PATH=') === true) return broken('env looks in a PATH of its own');
  }
  const program = words[at];
  return program === undefined || program === ''
    ? broken('env is given no program')
    : { kind: 'program', program };
}

const escapes: Readonly<Record<string, string>> = {
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '#': '#',
  $: '$',
  '"': '"',
  "'": "'",
  '\\': '\\',
};

/** Undefined for what depends on a variable, or breaks the rules. */
function splitWords(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (quote === undefined && /[ \t\n\v\f\r]/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (character === quote) {
      quote = undefined;
    } else if (quote === undefined && /["']/.test(character)) {
      quote = character;
      word ??= '';
    } else if (character === '#' && word === undefined && quote === undefined) {
      break;
    } else if (character === '$' && quote !== "'") {
      return undefined;
    } else if (character !== '\\' || (quote === "'" && !/[\\']/.test(text.charAt(at + 1)))) {
      word = (word ?? '') + character;
    } else {
      const escape = text.charAt(++at);
      if (escape === 'c' && quote === undefined) break;
      if (escape === '_' && quote === undefined) {
        if (word !== undefined) words.push(word);
        word = undefined;
        continue;
      }
      const meaning = escape === '_' ? ' ' : escapes[escape];
      if (meaning === undefined) return undefined;
      word = (word ?? '') + meaning;
    }
  }
  if (quote !== undefined) return undefined;
  return word === undefined ? words : [...words, word];
}

function broken(reason: string): EnvArgument {
  return { kind: 'broken', reason };
}
