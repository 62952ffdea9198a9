/** A part of an OpenAPI 3.0 description, or of a JSON schema made of it. */
type Part = Readonly<Record<string, unknown>>;
const isPart = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What says nothing about whether a value fits; `format` is left to those who read. */
const talk = new Set([
  'description',
  'title',
  'deprecated',
  'nullable',
  'readOnly',
  'writeOnly',
  'format',
  'default',
  'example',
  'examples',
  'externalDocs',
  'discriminator',
  'xml',
]);

/**
 * Cuts some operations out of GitHub's OpenAPI description, with the schemas that they need, as JSON schemas (`nullable`
 * becomes a type of its own). A line for each, so that a later version shows what changed.
 * @param description content of `generated/api.github.com.json` of the package `@octokit/openapi`.
 * @param operations `GET /user`.
 */
export function cutOpenApi(description: unknown, operations: readonly string[], source: string): string {
  const schemas = new Map<string, unknown>();
  const at = (path: readonly string[]): unknown =>
    path.reduce<unknown>((value, key) => (isPart(value) ? value[key] : undefined), description);
  const followed = (value: unknown): Part => {
    const reference = isPart(value) ? value.$ref : undefined;
    if (typeof reference === 'string') return followed(at(reference.slice('#/'.length).split('/')));
    return isPart(value) ? value : {};
  };
  const clean = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(clean);
    if (!isPart(value)) return value;
    if (typeof value.$ref === 'string') {
      const name = value.$ref.split('/').at(-1) ?? '';
      if (!schemas.has(name)) {
        schemas.set(name, null);
        schemas.set(name, clean(at(['components', 'schemas', name])));
      }
      return { $ref: `#/$defs/${name}` };
    }
    const out: Record<string, unknown> = {};
    for (const [key, part] of Object.entries(value)) {
      if (talk.has(key) || key.startsWith('x-')) continue;
      if (key === 'enum' || key === 'required') out[key] = part;
      else if (key === 'properties' && isPart(part))
        out[key] = Object.fromEntries(Object.entries(part).map(([name, one]) => [name, clean(one)]));
      else out[key] = clean(part);
    }
    if (value.nullable !== true) return out;
    if (Array.isArray(out.enum) && !out.enum.includes(null)) out.enum = [...out.enum, null];
    if (typeof out.type !== 'string') return { anyOf: [out, { type: 'null' }] };
    return { ...out, type: [out.type, 'null'] };
  };
  const content = (value: unknown): unknown => {
    const schema = followed(followed(followed(value).content)['application/json']).schema;
    return schema === undefined ? null : clean(schema);
  };
  const lines = operations.map((operation) => {
    const [method = '', path = ''] = operation.split(' ');
    const place = followed(at(['paths', path]));
    const found = followed(place[method.toLowerCase()]);
    const both = [place.parameters, found.parameters].flatMap((list) => (Array.isArray(list) ? list : []));
    const parameters = both.map(followed).map((one) => ({
      name: one.name,
      in: one.in,
      required: one.required === true,
      schema: clean(one.schema),
    }));
    const body =
      found.requestBody === undefined
        ? null
        : { required: followed(found.requestBody).required === true, schema: content(found.requestBody) };
    const responses = Object.fromEntries(
      Object.entries(followed(found.responses)).map(([status, answer]) => [status, content(answer)]),
    );
    return JSON.stringify({ operation, parameters, body, responses });
  });
  const names = [...schemas.keys()].sort();
  const parts = names.map((name) => JSON.stringify({ schema: name, is: schemas.get(name) }));
  return `${[JSON.stringify({ source }), ...lines, ...parts].join('\n')}\n`;
}
