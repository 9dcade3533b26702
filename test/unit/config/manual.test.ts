/** shutdownramfs.toml(5), the schema and the defaults say the same. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { expect, test } from 'vitest';
import { defaultConfiguration } from '../../../src/config/configuration.ts';
import { fileJsonSchema } from '../../../src/config/file-json-schema.ts';
import { parseConfiguration } from '../../../src/config/parse-configuration.ts';

const page = readFileSync(
  join(import.meta.dirname, '../../../docs/shutdownramfs.toml.5.md'),
  'utf8',
);
const sections = page.split(/^## /m).slice(1);
const explaining = sections.filter((section) => tomlIn(section) !== '' && !isExample(section));

function isExample(section: string): boolean {
  return section.startsWith('EXAMPLES');
}

/** The indented lines. */
function tomlIn(section: string): string {
  return [...section.matchAll(/^ {4}(?<line>.*)$/gm)]
    .map(({ groups }) => groups?.['line'])
    .join('\n');
}

test('the page shows every key with its default', () => {
  expect(parse(explaining.map(tomlIn).join('\n'))).toEqual(defaultConfiguration);
});

test('and explains just the keys of each table', () => {
  const explained = explaining.map((section) => [
    /^\[(?<table>.*)\]$/m.exec(tomlIn(section))?.groups?.['table'],
    [...section.matchAll(/^\* `(?<key>[a-z-]+)`:$/gm)].map(({ groups }) => groups?.['key']),
  ]);
  const there = Object.entries(defaultConfiguration).map(([table, values]) => [
    table,
    Object.keys(table === 'hooks' ? (hookSchema().properties ?? {}) : (values as object)),
  ]);
  expect(explained).toEqual(there);
});

test('its example is one', () => {
  const example = sections.filter(isExample).map(tomlIn).join('\n');
  expect(Object.keys(parseConfiguration(example, 'page'))).toContain('debugging');
});

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: boolean | JsonSchema;
  readonly default?: unknown;
  readonly description?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** Of every hook, whatever its name. */
function hookSchema(): JsonSchema {
  const schema: JsonSchema = fileJsonSchema();
  const inside = schema.properties?.['hooks']?.additionalProperties;
  return typeof inside === 'object' ? inside : {};
}

test('the JSON schema is as strict about hooks', () => {
  const { properties = {}, additionalProperties } = hookSchema();
  expect(additionalProperties).toBe(false);
  for (const { description } of Object.values(properties)) expect(description).toMatch(/^[A-Z]/);
  expect(properties['seconds']).toMatchObject({ default: 10, minimum: 1, maximum: 30 });
});

test('the JSON schema knows every key with its default and is strict', () => {
  const schema: JsonSchema = fileJsonSchema();
  expect(schema.additionalProperties).toBe(false);
  const defaults = Object.entries(schema.properties ?? {}).map(
    ([table, { properties, ...own }]) => {
      expect(own.additionalProperties === false || table === 'hooks').toBe(true);
      const keys = Object.entries(properties ?? {}).map(([key, value]) => {
        expect(value.description).toMatch(/^[A-Z]/);
        return [key, value.default];
      });
      return [table, Object.fromEntries(keys) as unknown];
    },
  );
  expect(Object.fromEntries(defaults)).toEqual(defaultConfiguration);
  expect(schema.properties?.['debugging']?.properties?.['pause-seconds']).toMatchObject({
    minimum: 1,
    maximum: 3600,
  });
});
