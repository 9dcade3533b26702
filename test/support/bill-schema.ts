/** The published JSON schemas of both formats, as validators. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';

const require = createRequire(import.meta.url);
const library = dirname(require.resolve('@cyclonedx/cyclonedx-library/package.json'));

function readJson(path: string): object {
  return JSON.parse(readFileSync(path, 'utf8')) as object;
}

/** `others` are named as the schema refers to them. */
function compile(schema: object, others: Readonly<Record<string, object>>): ValidateFunction {
  const ajv = new Ajv({ strict: false, allErrors: true });
  addFormats.default(ajv);
  // Addresses in other alphabets are letters to us.
  ajv.addFormat('iri-reference', true).addFormat('idn-email', true);
  for (const [name, other] of Object.entries(others)) ajv.addSchema({ ...other, $id: name });
  return ajv.compile(schema);
}

function cycloneDx(name: string): object {
  return readJson(join(library, 'res/schema', name));
}

const referred = ['spdx.SNAPSHOT.schema.json', 'jsf-0.82.SNAPSHOT.schema.json'];

const validators = {
  cyclonedx: compile(
    cycloneDx('bom-1.6.SNAPSHOT.schema.json'),
    Object.fromEntries(
      referred.map((name) => [`http://cyclonedx.org/schema/${name}`, cycloneDx(name)]),
    ),
  ),
  // Of spdx/spdx-spec, schemas/spdx-schema.json of its branch support/2.3.
  spdx: compile(readJson(join(import.meta.dirname, '../fixtures/schema/spdx-2.3.schema.json')), {}),
};

/** What the schema has against a document. */
export function violations(format: 'cyclonedx' | 'spdx', document: unknown): string[] {
  const validate = validators[format];
  if (validate(document)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}
