import { parse, stringify } from 'yaml';
import type { z } from 'zod';

/** What a small YAML file of the ledger says, or in one sentence why it cannot be read. */
export function readRecord<T>(
  schema: z.ZodType<T>,
  text: string,
): { ok: true; value: T } | { ok: false; reason: string } {
  let value: unknown;
  try {
    value = parse(text, { logLevel: 'silent', maxAliasCount: 0 });
  } catch (error) {
    const said = error instanceof Error ? error.message.split('\n', 1)[0] : '';
    return { ok: false, reason: `It is not valid YAML: ${said}` };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issue = parsed.error.issues[0];
  return {
    ok: false,
    reason: `${issue?.path.join('.') || 'The file'}: ${issue?.message ?? 'not understood'}`,
  };
}

/** The text of a record's file. Throws for a value that its own schema would not read back. */
export const writeRecord = <T>(schema: z.ZodType<T>, value: T): string =>
  stringify(schema.parse(value), { lineWidth: 0 });
