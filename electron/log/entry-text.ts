import { failureOf } from '../../shared/domain/failure/failure-of';
import { isSecretName, redact } from '../../shared/domain/text/redact';
import { visibleText } from '../../shared/domain/text/visible-text';
import { hideSecrets } from './known-secrets';
import type { LogData } from './log';

/** Characters of one text, and of a whole entry. */
const mostText = 2_000;
const mostEntry = 16_000;
/** What is looked at of a text before it is cut: a secret is found whole or lies behind the cut. */
const mostRead = 8 * mostText;
const mostItems = 20;
const mostKeys = 40;
const mostDepth = 4;
const stackLines = 12;

function clean(text: string): string {
  const shown = hideSecrets(redact(text.slice(0, mostRead)));
  return shown.length <= mostText && text.length <= mostRead
    ? shown
    : `${shown.slice(0, mostText)}… (${text.length} characters)`;
}

function ofError(error: Error, depth: number): unknown {
  const { code, message, detail } = failureOf(error);
  const told = {
    name: error.name,
    message: error.message,
    // A failure's own words say more than the class that carries it.
    ...(code === 'internal' && message !== error.message ? {} : { code, detail }),
    ...('code' in error && typeof error.code === 'string' ? { code: error.code } : {}),
    stack: error.stack?.split('\n').slice(1, stackLines).join('\n'),
    cause: error.cause,
  };
  return plain(told, depth);
}

/** A value as JSON can hold it, within bounds; what cannot be read says so. */
function plain(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return clean(value);
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value === 'bigint') return value.toString();
  if (value === undefined) return undefined;
  if (typeof value !== 'object') return `(${typeof value})`;
  if (depth >= mostDepth) return '(more)';
  try {
    if (value instanceof Error) return ofError(value, depth);
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? '(no date)' : value.toISOString();
    if (Array.isArray(value)) {
      const items = value.slice(0, mostItems).map((item) => plain(item, depth + 1));
      return value.length > mostItems ? [...items, `(${value.length - mostItems} more)`] : items;
    }
    const keys = Object.keys(value);
    const entries = keys.slice(0, mostKeys).map((key) => {
      const one = (value as Record<string, unknown>)[key];
      return [clean(key), typeof one === 'string' && isSecretName(key) ? '***' : plain(one, depth + 1)];
    });
    return Object.fromEntries(
      keys.length > mostKeys ? [...entries, ['(more)', keys.length - mostKeys]] : entries,
    );
  } catch {
    // A getter or a proxy that throws: an entry is written all the same.
    return '(unreadable)';
  }
}

/** One entry as a line of text: secrets replaced, hidden characters written out, and bounded whatever it was given. */
export function entryText(event: string, data: LogData = {}): string {
  const told = plain(data, 0);
  const text = JSON.stringify(told) ?? '';
  const shown = text === '{}' ? event : `${event} ${text}`;
  return visibleText(shown.length > mostEntry ? `${shown.slice(0, mostEntry)}…` : shown);
}
