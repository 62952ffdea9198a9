import { z } from 'zod';
import { estateSchema } from './estate';

/** The parts of JSON Schema (2020-12) that zod writes for the estate file. */
export interface JsonSchema {
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  additionalProperties?: JsonSchema | boolean;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  enum?: unknown[];
  const?: unknown;
}

/** Where editors find it: `# yaml-language-server: $schema=…` at the top of a file. */
export const estateSchemaFile = 'docs/signalbox.schema.json';

let made: JsonSchema | null = null;

/**
 * The estate file's schema for editors, made of the one schema that Signalbox itself reads by (input side: what may be
 * left out is no demand). What zod can't say there (names that are listed twice, one field that needs another) is told
 * by Signalbox alone.
 */
export function estateJsonSchema(): JsonSchema {
  made ??= {
    ...(z.toJSONSchema(estateSchema, {
      io: 'input',
      unrepresentable: 'any',
      reused: 'inline',
    }) as JsonSchema),
    ...{
      $id: 'https://signalbox.invalid/signalbox.schema.json',
      title: 'Signalbox estate file (signalbox.yaml)',
      description: 'What one Signalbox console watches: release repo, environments, pipelines.',
    },
  };
  return made;
}

const kindOf = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'kind' in value ? value.kind : undefined;

/** The schemas that a value may have to fit, of several only those of its `kind`. */
function variants(schema: JsonSchema, value: unknown): JsonSchema[] {
  const several = schema.anyOf ?? schema.oneOf;
  if (!several) return [schema];
  const fitting = several.filter(
    ({ properties }) => properties?.kind?.const !== undefined && properties.kind.const === kindOf(value),
  );
  return (fitting.length > 0 ? fitting : several).flatMap((one) => variants(one, value));
}

/** The schemas of what lies at a path of a file, as far as its content says which. */
export function schemasAt(path: readonly PropertyKey[], content: unknown): JsonSchema[] {
  let found = variants(estateJsonSchema(), content);
  let value = content;
  for (const part of path) {
    value = typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined;
    const inner = value;
    found = found
      .flatMap((schema) => {
        if (typeof part === 'number') return schema.items ? [schema.items] : [];
        const named = schema.properties?.[String(part)];
        if (named) return [named];
        return typeof schema.additionalProperties === 'object' ? [schema.additionalProperties] : [];
      })
      .flatMap((schema) => variants(schema, inner));
  }
  return found;
}
