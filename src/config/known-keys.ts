/** Which keys the schema knows at a place of a document. Pure. */
import * as z from 'zod';
import { fileSchema } from './configuration.ts';
import type { KeyPath } from './locate-key.ts';

/** A part of a JSON schema, as far as it tells of keys. */
interface Table {
  readonly properties?: Readonly<Record<string, Table>>;
  /** False where there are none. */
  readonly additionalProperties?: Table | boolean;
}

/** Of the table at that path, where `[]` is the document itself; none where there is no table. */
export function knownKeys(path: KeyPath): readonly string[] {
  const table = path.reduce<Table | undefined>(inside, z.toJSONSchema(fileSchema) as Table);
  return Object.keys(table?.properties ?? {});
}

function inside(table: Table | undefined, key: PropertyKey): Table | undefined {
  const others = table?.additionalProperties;
  const named = Object.entries(table?.properties ?? {}).find(([name]) => name === key)?.[1];
  return named ?? (typeof others === 'object' ? others : undefined);
}
