import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';

/** One question and its answer, as they went over the wire. */
export interface Exchange {
  method: string;
  /** Path and query. */
  url: string;
  body: unknown;
  status: number;
  answer: unknown;
}

interface Operation {
  operation: string;
  parameters: { name: string; in: string; required: boolean; schema: object }[];
  body: { required: boolean; schema: object } | null;
  /** By status; `null`: an answer without a body. */
  responses: Record<string, object | null>;
}

/** Errors that every operation may answer with; GitHub describes them by operation as far as they are usual there. */
const everywhere = new Set([401, 403, 404, 422, 429, 500, 502, 503]);

const basicError = { $ref: '#/$defs/basic-error' };

/** The part of GitHub's OpenAPI description that is used here, as `cutOpenApi` made it. */
export const descriptionFile = join(import.meta.dirname, 'github-openapi.jsonl');

/**
 * Reads the description.
 * @returns what is wrong with an exchange, in words; empty: nothing.
 */
export function readDescription(): { operations: string[]; problems(exchange: Exchange): string[] } {
  const lines = readFileSync(descriptionFile, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const operations = lines.filter((line) => 'operation' in line) as unknown as Operation[];
  const defs = Object.fromEntries(
    lines.flatMap((line) => ('schema' in line ? [[String(line.schema), line.is]] : [])),
  );
  const ajv = new Ajv({ strict: false, allErrors: true });
  ajv.addSchema({ $id: 'github', $defs: defs });
  const known = new Map<object, ValidateFunction>();
  const check = (what: string, schema: object, value: unknown): string[] => {
    const validate = known.get(schema) ?? ajv.compile(located(schema) as object);
    known.set(schema, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).slice(0, 5).map((one) => `${what}${one.instancePath} ${one.message}`);
  };
  const patterns = operations.map((operation) => {
    const [method = '', path = ''] = operation.operation.split(' ');
    // Names of refs, and ranges, hold slashes; nothing else does.
    const pattern = path.replace(/\{(\w+)\}/g, (_, name) =>
      ['ref', 'branch', 'basehead', 'path'].includes(name) ? '(.+?)' : '([^/]+)',
    );
    return { operation, method, pattern: new RegExp(`^${pattern}$`) };
  });

  return {
    operations: operations.map(({ operation }) => operation),
    problems({ method, url, body, status, answer }) {
      const { pathname, searchParams } = new URL(url, 'http://x');
      const place = decodeURIComponent(pathname);
      const fitting = patterns.filter((one) => one.method === method && one.pattern.test(place));
      // The longest fits best: `…/commits/{ref}/status` before `…/commits/{ref}`.
      const found = fitting.sort((a, b) => b.operation.operation.length - a.operation.operation.length)[0];
      if (!found) return [`${method} ${place} is no operation that is described`];
      const { operation } = found;
      const problems: string[] = [];
      const queries = operation.parameters.filter((one) => one.in === 'query');
      for (const [name, value] of searchParams) {
        const parameter = queries.find((one) => one.name === name);
        if (!parameter) problems.push(`the query has no ${name}`);
        else problems.push(...check(`query ${name}`, parameter.schema, typed(value, parameter.schema)));
      }
      if (operation.body && (body !== null || operation.body.required))
        problems.push(...check('request', operation.body.schema, body));
      else if (!operation.body && body !== null) problems.push('there is a body in the request');
      const schema = operation.responses[String(status)];
      if (schema === undefined && !everywhere.has(status)) problems.push(`status ${status} is not described`);
      else if (schema) problems.push(...check(`answer ${status}`, schema, answer));
      else if (status < 400 && answer !== null) problems.push(`there is a body with status ${status}`);
      // Of some refusals the description says no more than that they are; all have GitHub's usual body.
      else if (status >= 400) problems.push(...check('answer', basicError, answer));
      return problems.map((problem) => `${operation.operation}: ${problem}`);
    },
  };
}

/** A query's text as the type that its schema wants. */
function typed(text: string, schema: object): unknown {
  const type = 'type' in schema ? schema.type : null;
  if (type === 'integer' || type === 'number') return Number(text);
  return type === 'boolean' ? text === 'true' : text;
}

/** A schema whose references lead into the one that holds them all. */
function located(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(located);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string' ? value.replace('#/', 'github#/') : located(value),
    ]),
  );
}
