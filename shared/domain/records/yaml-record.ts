import { stringify } from 'yaml';
import type { z } from 'zod';
import { readGoYaml } from '../go/yaml/decode';

/**
 * What a small YAML file of the ledger says, or in one sentence why it cannot be read. It is read as Helm would
 * (`go-yaml/decode.ts`), except that `yes`, `on` and their likes are texts: consoles once wrote them without quotes, as
 * YAML 1.2 allows, and `on` is a key of ours. A key that is there twice is an error: whoever wrote it meant one of them.
 */
export function readRecord<T>(
  schema: z.ZodType<T>,
  text: string,
): { ok: true; value: T } | { ok: false; reason: string } {
  const read = readGoYaml(text, { oldWords: false });
  if (!read.ok) return { ok: false, reason: `It is not valid YAML: ${read.reason}` };
  if (read.yaml.repeated.length > 0) return { ok: false, reason: 'A key is there twice.' };
  const parsed = schema.safeParse(read.yaml.value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = parsed.error.issues[0];
  return {
    ok: false,
    reason: `${issue?.path.join('.') || 'The file'}: ${issue?.message ?? 'not understood'}`,
  };
}

/**
 * The text of a record's file, as YAML 1.1, 1.2 and Helm read it alike: a text that any of them would take for something
 * else stands in quotes. Throws for a value that its own schema would not read back.
 */
export function writeRecord<T>(schema: z.ZodType<T>, value: T): string {
  const wanted: unknown = JSON.parse(JSON.stringify(schema.parse(value), wellFormed));
  const usual = stringify(wanted, { lineWidth: 0, compat: 'yaml-1.1' });
  if (readsAs(usual, wanted)) return usual;
  const quoted = stringify(wanted, {
    lineWidth: 0,
    defaultStringType: 'QUOTE_DOUBLE',
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
  });
  if (readsAs(quoted, wanted)) return quoted;
  throw new RangeError('A record cannot be written so that it reads the same.');
}

/** Half a character has no place in a file. */
const wellFormed = (_: string, value: unknown): unknown =>
  typeof value === 'string'
    ? new TextDecoder('utf-8', { ignoreBOM: true }).decode(new TextEncoder().encode(value))
    : value;

function readsAs(text: string, wanted: unknown): boolean {
  const read = readGoYaml(text);
  return read.ok && JSON.stringify(read.yaml.value) === JSON.stringify(wanted);
}
