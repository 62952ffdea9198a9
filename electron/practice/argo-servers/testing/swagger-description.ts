import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';

/** One question and its answer, as they went over the wire; of a stream, each message is an answer of its own. */
export interface WireExchange {
  method: string;
  /** Path and query. */
  url: string;
  body: unknown;
  /** 0: none came. */
  status: number;
  answer: unknown;
}

interface Operation {
  operation: string;
  parameters: { name: string; in: string; required: boolean; type: string }[];
  body: object | null;
  answer: object | null;
}

/** What grpc-gateway 1.16 answers a refusal with (`runtime/errors.go`, `errorBody`), as Argo CD does. */
const refusalSchema = {
  type: 'object',
  required: ['error', 'code', 'message'],
  properties: {
    error: { type: 'string' },
    code: { type: 'integer' },
    message: { type: 'string' },
    details: { type: 'array' },
  },
  additionalProperties: false,
};

/**
 * Reads what {@link cutSwagger} cut.
 * @param options.refusal the schema of refusals, which no description has. `nulls`: answers may have `null` for what is
 * empty, as Go writes times that are zero and lists that are nil, whatever the description says.
 * @returns what is wrong with an exchange, in words; empty: nothing.
 */
export function readSwagger(
  file: string,
  { refusal = refusalSchema, nulls = false }: { refusal?: object; nulls?: boolean } = {},
): {
  operations: string[];
  /** Operations that an exchange was held against so far. */
  met: ReadonlySet<string>;
  problems(exchange: WireExchange): string[];
} {
  const lines = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const operations = lines.filter((line) => 'operation' in line) as unknown as Operation[];
  const ajv = new Ajv({ strict: false, allErrors: true });
  const defs = Object.fromEntries(
    lines.flatMap((line) => ('schema' in line ? [[String(line.schema), line.is]] : [])),
  );
  ajv.addSchema({ $id: 'argo', $defs: defs });
  const known = new Map<object, ValidateFunction>();
  const met = new Set<string>();
  const check = (what: string, schema: object, value: unknown): string[] => {
    const validate = known.get(schema) ?? ajv.compile(located(schema) as object);
    known.set(schema, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).slice(0, 5).map((one) => `${what}${one.instancePath} ${one.message}`);
  };
  const patterns = operations.map((operation) => {
    const [method = '', path = ''] = operation.operation.split(' ');
    const pattern = path.replace(/\{([\w.]+)\}/g, (_, name) => (name === 'subresource' ? '(.+)' : '([^/]+)'));
    return { operation, method, pattern: new RegExp(`^${pattern}$`) };
  });
  return {
    operations: operations.map(({ operation }) => operation),
    met,
    problems({ method, url, body, status, answer }) {
      const { pathname, searchParams } = new URL(url, 'http://localhost');
      const found = patterns.find((one) => one.method === method && one.pattern.test(pathname));
      if (!found) return [`${method} ${pathname} is not described`];
      const { operation } = found;
      met.add(operation.operation);
      const problems: string[] = [];
      for (const [name, value] of searchParams) {
        const parameter = operation.parameters.find((one) => one.name === name && one.in === 'query');
        if (!parameter) problems.push(`query ${name} is not described`);
        else if (parameter.type === 'boolean' && !['true', 'false'].includes(value))
          problems.push(`query ${name} is no boolean: ${value}`);
        else if (parameter.type === 'integer' && !/^-?\d+$/.test(value))
          problems.push(`query ${name} is no integer: ${value}`);
      }
      if (body !== undefined && operation.body === null) problems.push('a body is not described');
      if (body !== undefined && operation.body) problems.push(...check('body', operation.body, body));
      // An answer that was lost on its way.
      if (status === 0) return problems;
      if (status >= 200 && status < 300) {
        if (operation.answer)
          problems.push(...check('answer', operation.answer, nulls ? withoutNulls(answer) : answer));
      } else problems.push(...check('refusal', refusal, answer));
      return problems.map((problem) => `${method} ${pathname}: ${problem}`);
    },
  };
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key, part]) => part !== null || key === 'items');
  return Object.fromEntries(entries.map(([key, part]) => [key, withoutNulls(part ?? [])]));
}

/** A schema whose references lead to the description's. */
function located(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(located);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) =>
      key === '$ref' && typeof value === 'string' ? [key, `argo${value}`] : [key, located(value)],
    ),
  );
}
