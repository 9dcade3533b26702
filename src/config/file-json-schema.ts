import { toJSONSchema } from 'zod';
import { defaultConfiguration, fileSchema, hookDefaults } from './configuration.ts';

/** What a configuration file may say as JSON Schema (draft 2020-12), for editors; with the defaults. */
export function fileJsonSchema(): object {
  return toJSONSchema(fileSchema, {
    override({ jsonSchema, path }) {
      // `properties`, `hooks`, `additionalProperties`, `properties`, the key
      if (path.length === 5) {
        const [, , , , key] = path;
        const standard = Object.entries(hookDefaults).find(([name]) => name === key)?.[1];
        if (standard !== undefined) jsonSchema.default = standard;
      }
      // `properties`, the table, `properties`, the key
      if (path.length !== 4) return;
      const [, table, , key] = path;
      const values = Object.entries(defaultConfiguration).find(([name]) => name === table)?.[1];
      jsonSchema.default = Object.entries(values ?? {}).find(([name]) => name === key)?.[1];
    },
  });
}
