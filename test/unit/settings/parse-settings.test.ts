import { expect, test } from 'vitest';
import { parseSettings } from '../../../src/settings/parse-settings.ts';
import { defaultSettings } from '../../../src/settings/settings.ts';

test('an image without settings has the defaults', () => {
  expect(parseSettings(undefined)).toEqual({ settings: defaultSettings, flaw: undefined });
});

test('what is not said is as by default', () => {
  const text = JSON.stringify({ version: 1, output: 'verbose' });
  expect(parseSettings(text).settings).toEqual({ ...defaultSettings, output: 'verbose' });
});

test.each([
  ['not JSON', '{"version":1'],
  ['another version', '{"version":2}'],
  ['null', 'null'],
])('%s: the defaults, and why', (_, text) => {
  const { settings, flaw } = parseSettings(text);
  expect(settings).toEqual(defaultSettings);
  expect(flaw).not.toBe(undefined);
});
