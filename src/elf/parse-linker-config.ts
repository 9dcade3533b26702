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
    const [name = ''] = directive.split('=', 1);
    return [{ kind: 'directory', path: withoutSlashes(name.trimEnd()) }];
  });
}

function withoutSlashes(path: string): string {
  let end = path.length;
  while (end > 1 && path[end - 1] === '/') end--;
  return path.slice(0, end);
}
