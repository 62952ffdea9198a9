/** A part of a Swagger 2.0 description, or of a JSON schema made of it. */
type Part = Readonly<Record<string, unknown>>;
const isPart = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What says nothing about whether a value fits. */
const talk = new Set(['description', 'title', 'format', 'default', 'example', 'externalDocs', 'readOnly']);

/**
 * Cuts some operations out of the Swagger description of one of Argo's servers, with the schemas that they need. A line for
 * each, so that a later version shows what changed. Apache-2.0 allows it (section 4): the licence's notice is the first line.
 * @param description content of `assets/swagger.json` (argo-cd), `api/openapi-spec/swagger.json` (argo-workflows).
 * @param operations `GET /api/v1/applications`.
 * @param embedding schemas that are joined with others (`allOf`): other properties may be there.
 */
export function cutSwagger(
  description: unknown,
  operations: readonly string[],
  source: string,
  embedding: readonly string[] = [],
): string {
  const schemas = new Map<string, unknown>();
  const at = (path: readonly string[]): unknown =>
    path.reduce<unknown>((value, key) => (isPart(value) ? value[key] : undefined), description);
  const clean = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(clean);
    if (!isPart(value)) return value;
    if (typeof value.$ref === 'string') {
      const name = value.$ref.split('/').at(-1) ?? '';
      if (!schemas.has(name)) {
        schemas.set(name, null);
        const made = clean(at(['definitions', name])) as Part;
        const { additionalProperties: _, ...open } = made;
        schemas.set(name, embedding.includes(name) ? open : made);
      }
      return { $ref: `#/$defs/${name}` };
    }
    const out: Record<string, unknown> = {};
    for (const [key, part] of Object.entries(value)) {
      if (talk.has(key) || key.startsWith('x-')) continue;
      if (key === 'properties' && isPart(part))
        out[key] = Object.fromEntries(Object.entries(part).map(([name, one]) => [name, clean(one)]));
      else out[key] = key === 'enum' || key === 'required' ? part : clean(part);
    }
    // What is not described is a slip of ours.
    return 'properties' in out && !('additionalProperties' in out)
      ? { ...out, additionalProperties: false }
      : out;
  };
  const lines = operations.map((operation) => {
    const [method = '', path = ''] = operation.split(' ');
    const found = at(['paths', path, method.toLowerCase()]);
    if (!isPart(found)) throw new Error(`no such operation: ${operation}`);
    const all = (Array.isArray(found.parameters) ? found.parameters : []).filter(isPart);
    const body = all.find((one) => one.in === 'body');
    const parameters = all
      .filter((one) => one.in !== 'body')
      .map(({ name, in: place, required, type }) => ({ name, in: place, required: required === true, type }));
    const answer = at(['paths', path, method.toLowerCase(), 'responses', '200', 'schema']);
    return {
      operation,
      parameters,
      body: body === undefined ? null : clean(body.schema),
      answer: answer === undefined ? null : clean(answer),
    };
  });
  const notice = `Copyright The Argo Authors. Licensed under the Apache License, Version 2.0 (http://www.apache.org/licenses/LICENSE-2.0); cut from ${source}, descriptions left out.`;
  return [
    { notice },
    ...lines,
    ...[...schemas].sort(([a], [b]) => a.localeCompare(b)).map(([schema, is]) => ({ schema, is })),
  ]
    .map((line) => `${JSON.stringify(line)}\n`)
    .join('');
}
