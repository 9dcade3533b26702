import { expect, test } from 'vitest';
import { parseOsRelease } from '../../../src/image/parse-os-release.ts';

test.each([
  ['ID=debian', 'debian'],
  ['# ID=none\nNAME="Debian GNU/Linux"\nID=debian\n', 'debian'],
  ['ID="opensuse-leap"  \n', 'opensuse-leap'],
  ["ID='alpine'", 'alpine'],
  ['ID="a \\"b\\" \\$c \\`d\\` \\\\ \\e"', 'a "b" $c `d` \\ \\e'],
  ['ID=', ''],
  ['ID="half', '"half'],
  ['MYID=debian', undefined],
  ['', undefined],
])('%j', (text, id) => {
  expect(parseOsRelease(text).get('ID')).toBe(id);
});
