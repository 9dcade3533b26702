/** Words of os-release(5), which quotes like a shell. */
export function parseOsRelease(text: string): ReadonlyMap<string, string> {
  const words = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, name, value] = /^([A-Z0-9_]+)=(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined && value !== undefined) words.set(name, unquoted(value));
  }
  return words;
}

function unquoted(value: string): string {
  const [, mark, inside = ''] = /^(["'])(.*)\1$/.exec(value) ?? [];
  if (mark === undefined) return value;
  return mark === '"' ? inside.replaceAll(/\\(["$`\\])/g, '$1') : inside;
}
