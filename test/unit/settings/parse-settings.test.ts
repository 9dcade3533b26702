import { expect, test } from 'vitest';
import { parseSettings } from '../../../src/settings/parse-settings.ts';
import { settingsText } from '../../../src/settings/settings-text.ts';
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

test.each([
  ['"debugging":null', 'debugging is null'],
  ['"debugging":{"flagFiles":"/a"}', 'debugging.flagFiles is "/a"'],
  ['"debugging":{"kernelArguments":[1]}', 'debugging.kernelArguments is [1]'],
  ['"output":{}', 'output is {}'],
  ['"neverMove":null', 'neverMove is null'],
  ['"freeMemory":{"seconds":"1"}', 'freeMemory.seconds is "1"'],
  ['"hooks":{}', 'hooks is {}'],
  ['"hooks":[null,{"name":"a","program":"/a","when":"later","seconds":1}]', 'a hook is not whole'],
])('%s: the default for it, and why', (damaged, flaw) => {
  const text = `{"version":1,${damaged},"memoryOverwriteRequest":"set"}`;
  expect(parseSettings(text)).toEqual({
    settings: { ...defaultSettings, memoryOverwriteRequest: 'set' },
    flaw,
  });
});

test('what a build has written is read as it was', () => {
  const settings = {
    ...defaultSettings,
    debugging: { flagFiles: ['/a'], kernelArguments: [], pauseSeconds: 3 },
    neverMove: ['/run/live/medium'],
    hooks: [{ name: 'a', program: '/a', when: 'final', seconds: 3 }],
  } as const;
  expect(parseSettings(settingsText(settings))).toEqual({ settings, flaw: undefined });
});
