/** Reads ld.so.conf. Source: ldconfig(8), glibc elf/ldconfig.c (parse_conf). */
export type LinkerDirective =
  | { readonly kind: 'directory'; readonly path: string }
  | { readonly kind: 'include'; readonly pattern: string };

export function parseLinkerConfig(text: string): LinkerDirective[] {
  return text.split('\n').flatMap((line): LinkerDirective[] => {
    const words = line
      .replace(/#.*/, '')
      .trim()
      .split(/[\s:,]+/)
      .filter(Boolean);
    const [first, ...rest] = words;
    if (first === undefined || first === 'hwcap') return [];
    if (first === 'include') return rest.map((pattern) => ({ kind: 'include', pattern }));
    return words.map((word) => ({ kind: 'directory', path: word.replace(/=.*/, '') }));
  });
}
