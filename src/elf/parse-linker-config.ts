/** Reads ld.so.conf. Source: ldconfig(8), glibc elf/ldconfig.c (parse_conf). */
export type LinkerDirective =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'include'; readonly pattern: string };

export function parseLinkerConfig(text: string): LinkerDirective[] {
  return text.split('\n').flatMap((line): LinkerDirective[] => {
    const directive = line.replace(/#.*/, '').trim();
    if (directive === '' || /^hwcap[ \t]/i.test(directive)) return [];
    const [, patterns] = /^include[ \t](.*)$/.exec(directive) ?? [];
    if (patterns !== undefined) {
      const words = patterns.split(/[ \t]+/).filter(Boolean);
      return words.map((pattern) => ({ kind: 'include', pattern }));
    }
    // Of libc5's times: a kind of library after `=`. Anything else on the line is part of the name.
    return [{ kind: 'directory', path: directive.replace(/\s*=.*/, '').replace(/(?<=.)\/+$/, '') }];
  });
}
