import { expect, it } from 'vitest';
import { cutSwagger } from './cut-swagger';

it('cuts an operation with the schemas it needs, closed against what is not described, with the licence’s notice', () => {
  const description = {
    paths: {
      '/api/a/{name}': {
        get: {
          description: 'talk',
          parameters: [{ name: 'name', in: 'path', required: true, type: 'string' }],
          responses: { 200: { schema: { $ref: '#/definitions/A' } } },
        },
      },
    },
    definitions: {
      A: { type: 'object', properties: { b: { $ref: '#/definitions/B' } } },
      B: { type: 'object', description: 'talk', properties: { c: { type: 'string', format: 'date-time' } } },
      Unused: { type: 'object' },
    },
  };
  const [notice, ...lines] = cutSwagger(description, ['GET /api/a/{name}'], 'argo-cd 3.5.4', ['B'])
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
  expect(JSON.stringify(notice)).toContain('Apache License, Version 2.0');
  expect(lines).toEqual([
    {
      operation: 'GET /api/a/{name}',
      parameters: [{ name: 'name', in: 'path', required: true, type: 'string' }],
      body: null,
      answer: { $ref: '#/$defs/A' },
    },
    {
      schema: 'A',
      is: { type: 'object', properties: { b: { $ref: '#/$defs/B' } }, additionalProperties: false },
    },
    { schema: 'B', is: { type: 'object', properties: { c: { type: 'string' } } } },
  ]);
});
