/**
 * Whether a file's name matches a pattern as glob(7) has it: `*`, `?` and `[...]`, and nothing of
 * what shells and other libraries add. A leading dot is matched only by a dot. Its time grows with
 * the product of the two lengths at most, whatever the pattern.
 */
export function matchesName(name: string, pattern: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  let [at, part] = [0, 0];
  let star: { readonly part: number; at: number } | undefined;
  while (at < name.length || part < pattern.length) {
    if (pattern[part] === '*') {
      star = { part: ++part, at };
      continue;
    }
    const next = at < name.length ? matchOne(name.charAt(at), pattern, part) : undefined;
    if (next !== undefined) {
      at++;
      part = next;
      continue;
    }
    // The last `*` takes one character more.
    if (star === undefined || star.at >= name.length) return false;
    at = ++star.at;
    part = star.part;
  }
  return true;
}

/** Where the pattern goes on after it has matched a character; undefined where it does not. */
function matchOne(character: string, pattern: string, start: number): number | undefined {
  const sign = pattern[start];
  if (sign === '?') return start + 1;
  if (sign === '[') {
    const set = /^\[([!^]?)(\]?[^\]]*)\]/.exec(pattern.slice(start, start + longestSet));
    if (set !== null) {
      const [whole, not, members = ''] = set;
      return isMember(character, members) === (not === '') ? start + whole.length : undefined;
    }
  }
  const escaped = sign === '\\' && start + 1 < pattern.length ? 1 : 0;
  return pattern[start + escaped] === character ? start + escaped + 1 : undefined;
}

const longestSet = 64;

function isMember(character: string, members: string): boolean {
  for (let at = 0; at < members.length; at++) {
    const last = members[at + 1] === '-' ? members[at + 2] : undefined;
    if (last === undefined) {
      if (members[at] === character) return true;
      continue;
    }
    if (character >= members.charAt(at) && character <= last) return true;
    at += 2;
  }
  return false;
}
