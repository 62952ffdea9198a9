import type { z } from 'zod';
import { nearest } from '../text/nearest';
import { type JsonSchema, schemasAt } from './estate-json-schema';

type Issue = z.core.$ZodIssue;

const quoted = (word: string): string => `"${word}"`;
const listed = (words: readonly string[]): string => {
  const shown = words.slice(0, 12).map(quoted);
  return shown.length === 1 ? (shown[0] ?? '') : `${shown.slice(0, -1).join(', ')} or ${shown.at(-1)}`;
};

/** What JSON has there, as a person would call it. */
function kindOf(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    default:
      return 'a mapping';
  }
}

const wanted: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

function valueAt(content: unknown, path: readonly PropertyKey[]): unknown {
  let value = content;
  for (const part of path)
    value = typeof value === 'object' && value !== null ? Reflect.get(value, part) : undefined;
  return value;
}

const keysOf = (schemas: readonly JsonSchema[]): string[] => [
  ...new Set(schemas.flatMap(({ properties = {} }) => Object.keys(properties))),
];

/** Where a key that is unknown here is known: in a mapping beside it, or one level up. */
function placeOf(key: string, here: readonly JsonSchema[], above: readonly JsonSchema[]): string | null {
  for (const schema of here)
    for (const [name, inner] of Object.entries(schema.properties ?? {})) {
      const inside = [inner, ...(inner.anyOf ?? []), ...(inner.oneOf ?? [])];
      if (keysOf(inside).includes(key)) return `it belongs into ${quoted(name)}`;
    }
  return keysOf(above).includes(key) ? 'it belongs one level up' : null;
}

/** The path of what an item lies in: lists are no level to a person. */
const mappingAbove = (path: readonly PropertyKey[]): readonly PropertyKey[] => {
  const above = path.slice(0, -1);
  return typeof path.at(-1) === 'number' ? above.slice(0, -1) : above;
};

/** What is wrong with a key that no schema has there, and what was meant. */
export function unknownKeyWords(key: string, path: readonly PropertyKey[], content: unknown): string {
  const here = schemasAt(path, content);
  const place = placeOf(key, here, path.length > 0 ? schemasAt(mappingAbove(path), content) : []);
  if (place) return `unknown key here: ${place}`;
  const meant = nearest(key, keysOf(here));
  if (meant) return `unknown key: did you mean ${quoted(meant)}?`;
  const known = keysOf(here);
  return known.length > 0 ? `unknown key: known here are ${known.slice(0, 12).join(', ')}` : 'unknown key';
}

/** Words that may stand at a path, where only some may. */
const wordsAt = (path: readonly PropertyKey[], content: unknown): string[] =>
  schemasAt(path, content).flatMap(({ enum: words, const: word }) =>
    [...(words ?? []), ...(word === undefined ? [] : [word])].filter((one) => typeof one === 'string'),
  );

function oneOf(words: readonly string[], value: unknown): string {
  const meant = typeof value === 'string' ? nearest(value, words) : null;
  const said = `must be ${listed(words)}`;
  return meant ? `${said}: did you mean ${quoted(meant)}?` : said;
}

/**
 * What is wrong, in the words of whoever writes the file: it continues the name of the field. Rules of our own say it
 * themselves; what zod says is said anew.
 * @param content the whole file, as it was read.
 */
export function problemWords(issue: Issue, content: unknown): string {
  const value = valueAt(content, issue.path);
  switch (issue.code) {
    case 'invalid_type': {
      if (value === undefined) return 'is required';
      const want = wanted[issue.expected] ?? issue.expected;
      if (value === null) return `is empty: it must be ${want}`;
      const isQuotable =
        issue.expected === 'string' && (typeof value === 'number' || typeof value === 'boolean');
      return isQuotable
        ? `must be text, and YAML reads this as ${kindOf(value)}: put it in quotes`
        : `must be ${want}, not ${kindOf(value)}`;
    }
    case 'invalid_value':
      return value === undefined
        ? `is required: it must be ${listed(issue.values.map(String))}`
        : oneOf(issue.values.map(String), value);
    case 'invalid_union': {
      const words = wordsAt(issue.path, content);
      const kinds = 'discriminator' in issue && typeof issue.discriminator === 'string' ? words : [];
      if (value === undefined)
        return kinds.length > 0 ? `is required: it must be ${listed(kinds)}` : 'is required';
      return kinds.length > 0 ? oneOf(kinds, value) : 'is not valid';
    }
    case 'invalid_key':
      return issue.issues[0]?.message ?? 'is not a name that may stand here';
    case 'too_small':
      if (issue.origin === 'array') return 'must not be an empty list';
      return issue.origin === 'string' ? 'must not be empty' : `must be at least ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'array') return `must have at most ${issue.maximum} entries`;
      return issue.origin === 'string'
        ? `must have at most ${issue.maximum} characters`
        : `must be at most ${issue.maximum}`;
    default:
      return issue.message;
  }
}
