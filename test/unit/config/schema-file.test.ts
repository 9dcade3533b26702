import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileJsonSchema } from '../../../src/config/file-json-schema.ts';

test('docs/shutdownramfs.schema.json is what config --schema prints', () => {
  const file = join(import.meta.dirname, '../../../docs/shutdownramfs.schema.json');
  expect(
    JSON.parse(readFileSync(file, 'utf8')),
    'node src/main.ts config --schema >docs/shutdownramfs.schema.json',
  ).toEqual(fileJsonSchema());
});
