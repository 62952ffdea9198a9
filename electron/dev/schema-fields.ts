import { z } from 'zod';

/** One field of a file, as its schema says it. */
export interface Field {
  /** Its keys from the top: `held.byHand.by`, `services.<name>.version`, `changed[].environment`. */
  path: string;
  type: string;
  /** What is so where it is missing: `required`, `optional`, or its default. */
  missing: string;
  description: string;
}

/** The parts of JSON Schema (2020-12) that zod writes for our schemas. */
interface Shape {
  /** zod writes `nullable` of a plain value as a list. */
  type?: string | string[];
  description?: string;
  properties?: Record<string, Shape>;
  required?: string[];
  items?: Shape;
  additionalProperties?: Shape | false;
  anyOf?: Shape[];
  oneOf?: Shape[];
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  format?: string;
  pattern?: string;
}

/** Every field of a file's schema, in its order: what `docs/records.md` and `docs/estate.md` list. */
export function fieldsOf(schema: z.ZodType): Field[] {
  const shape = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as Shape;
  return inside(shape, '');
}

const code = (value: unknown): string => `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;

const choices = (shape: Shape): Shape[] => shape.anyOf ?? shape.oneOf ?? [];

const isNull = ({ type }: Shape): boolean => type === 'null';

function typeOf(shape: Shape): string {
  if (Array.isArray(shape.type)) {
    const type = shape.type.filter((one) => one !== 'null');
    const [only] = type;
    const plain = typeOf({
      ...shape,
      ...(only && type.length === 1 ? { type: only } : { type: 'anything' }),
    });
    return shape.type.length > type.length ? `${plain}, or null` : plain;
  }
  const others = choices(shape).filter((one) => !isNull(one));
  const nullable = choices(shape).some(isNull) ? ', or null' : '';
  const [words, any] = others;
  // A list of words that may grow (shared/domain/records/open-enum.ts).
  if (others.length === 2 && words?.enum && any?.type === 'string' && !any.enum)
    return `${words.enum.map(code).join(', ')}; another word is read as unknown${nullable}`;
  if (others.length === 1 && words) return `${typeOf(words)}${nullable}`;
  if (others.length > 1) return `one of several, by \`kind\`${nullable}`;
  if (shape.const !== undefined) return code(shape.const);
  if (shape.enum) return shape.enum.map(code).join(', ');
  if (shape.type === 'array')
    return `list of ${shape.items?.type === 'object' ? 'mappings' : plural(shape.items)}`;
  if (shape.type === 'object') return 'mapping';
  if (shape.format === 'date-time') return 'time (ISO 8601, UTC)';
  if (shape.format === 'uri') return 'URL';
  if (shape.type === 'boolean') return 'true or false';
  if (shape.type === 'integer') return 'whole number';
  return shape.type === 'string' ? 'text' : (shape.type ?? 'anything');
}

const plural = (shape: Shape | undefined): string =>
  shape?.type === 'string' ? 'texts' : choices(shape ?? {}).length > 0 ? 'mappings' : 'values';

/** The fields of a mapping, or of the mappings that a list or a choice holds. */
function inside(shape: Shape, path: string): Field[] {
  const inner = choices(shape).filter((one) => !isNull(one));
  if (inner.length > 0) return inner.flatMap((one) => inside(one, variant(path, one, inner.length)));
  if (shape.items) return inside(shape.items, `${path}[]`);
  const named = Object.entries(shape.properties ?? {}).flatMap(([name, one]) => {
    const at = path === '' ? name : `${path}.${name}`;
    const needed = shape.required?.includes(name) === true;
    const missing = one.default !== undefined ? code(one.default) : needed ? 'required' : 'optional';
    return [{ path: at, type: typeOf(one), missing, description: one.description ?? '' }, ...inside(one, at)];
  });
  const { additionalProperties } = shape;
  return additionalProperties ? [...named, ...inside(additionalProperties, `${path}.<name>`)] : named;
}

/** One of several kinds of mappings is told by its kind. */
const variant = (path: string, { properties }: Shape, count: number): string =>
  count > 1 && properties?.kind?.const !== undefined
    ? `${path.replace(/\[\]$/, '')}[${String(properties.kind.const)}]`
    : path;

/** A table of fields in Markdown. */
export function fieldTable(fields: readonly Field[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
  return [
    '| field | value | where it is missing | meaning |',
    '| --- | --- | --- | --- |',
    ...fields.map(
      ({ path, type, missing, description }) =>
        `| \`${path}\` | ${cell(type)} | ${cell(missing)} | ${cell(description)} |`,
    ),
  ].join('\n');
}
