/** The JSON schema of the configuration, as a validator of others reads it. */
import { join } from 'node:path';
import { execa } from 'execa';
import { parse, stringify } from 'smol-toml';
import { expect, test } from 'vitest';
import { defaultConfiguration } from '../../src/config/configuration.ts';
import { parseConfiguration } from '../../src/config/parse-configuration.ts';

const schema = join(import.meta.dirname, '../../docs/shutdownramfs.schema.json');

/** Says for each document whether it is valid, after a look at the schema itself. */
const validator = `
import json, sys
from jsonschema import Draft202012Validator
schema = json.load(open(sys.argv[1]))
Draft202012Validator.check_schema(schema)
print(json.dumps([Draft202012Validator(schema).is_valid(one) for one in json.load(sys.stdin)]))`;

async function verdictsOf(documents: readonly unknown[]): Promise<unknown> {
  const input = JSON.stringify(documents);
  const { stdout } = await execa('python3', ['-c', validator, schema], { input });
  return JSON.parse(stdout);
}

function isAccepted(document: Readonly<Record<string, unknown>>): boolean {
  try {
    parseConfiguration(stringify(document), 'file');
    return true;
  } catch {
    return false;
  }
}

/** Some are right somewhere. */
const words = ['quiet', 'queit', 'always', 'set', 'zstd', 'tar', '', '/a'];
const numbers = [0, 1, 19, 22, 23, 60, 3600, 3601, -1, 1.5];
const lists = [
  [],
  [''],
  ['default'],
  ['-lvm', 'zfs'],
  ['crypt,lvm'],
  ['base', 1],
  ['a.b:c'],
  ['a=b'],
];
const paths = [
  '/a',
  '/a b',
  '/a/../b',
  '/a/',
  '/',
  '/oldroot/a',
  '/run/initramfs/a',
  '/ü',
  '/a\u0660',
];
const strange = ['/a\nb', '/a\u0085', 'ü', '-a'];
const values: readonly unknown[] = [
  ...words,
  ...numbers,
  true,
  {},
  ...lists,
  ...[...paths, ...strange].map((path) => [path]),
];

const keys = Object.entries(defaultConfiguration).flatMap(([table, keys]) =>
  [...Object.keys(keys as object), 'other'].map((key) => [table, key] as const),
);

test('it finds right and wrong what the program does', async () => {
  const single = keys.flatMap(([table, key]) =>
    values.map((value) => ({ [table]: { [key]: value } })),
  );
  const tables = values.map((value) => ({ console: value }));
  const documents: Record<string, unknown>[] = [
    {},
    parse(stringify(defaultConfiguration)),
    { other: {} },
    ...tables,
    ...single,
  ];
  const verdicts = documents.map(isAccepted);
  expect(verdicts.filter(Boolean).length).toBeGreaterThan(30);
  expect(await verdictsOf(documents)).toEqual(verdicts);
});
