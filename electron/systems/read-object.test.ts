import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { optional, readObject, texts } from './read-object';

const read = (labels: z.ZodType, value: unknown) => {
  const odd: string[] = [];
  const schema = z.object({ name: z.string(), labels: optional(labels) });
  return { value: readObject(schema, value, (places) => odd.push(...places)), odd };
};

describe('texts by name', () => {
  it.each([
    ['texts', { a: 'b', '': '' }],
    ['none', {}],
    ['null', null],
    ['nothing', undefined],
    ['a number, null and a list among texts', { a: 'b', c: 1, d: null, e: [] }],
    ['a list', ['a']],
    ['a text', 'a'],
    ['names of JavaScript', JSON.parse('{"constructor":"a","toString":1}')],
  ])('are judged as a record of texts is: %s', (_, labels) => {
    const object = { name: 'x', labels };
    expect(read(texts, object)).toEqual(read(z.record(z.string(), z.string()), object));
  });

  it('are not copied', () => {
    const labels = { a: 'b' };
    expect(read(texts, { name: 'x', labels }).value.labels).toBe(labels);
  });
});
