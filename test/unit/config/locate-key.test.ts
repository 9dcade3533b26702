import { describe, expect, test } from 'vitest';
import { createKeyLocator } from '../../../src/config/locate-key.ts';

const text = `# a comment
top = 1

[image]
# features = []
features = [
  "crypt", # ]
  "lvm",
]
"quoted key" = """
[console]
output = "quiet"
"""
inner.dotted = { a = 1, b = [2] }

[[hooks.final]]
program = "/one"
[[hooks.final]]
program = '''
two'''
deadline = 3`;

describe.each([
  ['lines that end in LF', text],
  ['in CRLF', text.replaceAll('\n', '\r\n')],
])('%s', (_, text) => {
  const lineOf = createKeyLocator(text);
  test.each<[(string | number)[], number | undefined]>([
    [['top'], 2],
    [['image'], 4],
    [['image', 'features'], 6],
    [['image', 'features', 1], 6],
    [['image', 'features', 2], undefined],
    [['image', 'quoted key'], 10],
    [['image', 'inner', 'dotted', 'b', 0], 14],
    [['console'], undefined],
    [['hooks'], 16],
    [['hooks', 'final', 0, 'program'], 17],
    [['hooks', 'final', 1], 18],
    [['hooks', 'final', 1, 'program'], 19],
    [['hooks', 'final', 1, 'deadline'], 21],
    [['toString'], undefined],
  ])('%j', (path, line) => {
    expect(lineOf(path)).toBe(line);
  });
});
