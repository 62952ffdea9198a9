import { visibleText } from '../text/visible-text';
import type { HistoryEvent } from './history-event';

const columns = [
  'at',
  'type',
  'app',
  'environment',
  'from',
  'to',
  'kind',
  'author',
  'reason',
  'subject',
  'commit',
  'operationId',
  'pipeline',
  'path',
] as const;

/**
 * First line of an export as CSV. The file is UTF-8 without a byte order mark: programs would read that as part of the
 * first column's name, and Excel asks for the encoding when it imports a text file.
 */
export const csvHeader = `${columns.join(',')}\r\n`;

/**
 * One cell of CSV (RFC 4180). A text that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, one
 * of these in full width, a tab or a carriage return, maybe after blanks) gets an apostrophe in front (OWASP, "CSV Injection").
 * Hidden characters are written out.
 */
export function csvCell(value: string | null): string {
  if (value === null) return '';
  const text = visibleText(value);
  // As it came: what is taken out on the way into a spreadsheet must not leave a formula.
  const safe = /^[\s]*[=+\-@\t\r＝＋－＠]/.test(value) ? `'${text}` : text;
  return /[",\r\n']/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** An event as one line of CSV, in the order of {@link csvHeader}. */
export function csvLine(event: HistoryEvent): string {
  const deployment = event.type === 'deployment' ? event : null;
  const cells: Record<(typeof columns)[number], string | null> = {
    at: event.at,
    type: event.type,
    app: event.app,
    environment: event.environment,
    from: deployment?.from ?? null,
    to: event.type === 'deployment' ? event.to : event.version,
    kind: deployment?.kind ?? null,
    author: event.author,
    reason: event.reason,
    subject: event.subject,
    commit: event.commit,
    operationId: event.operationId,
    pipeline: 'path' in event ? event.pipeline : null,
    path: 'path' in event ? event.path : 'otherPath' in event ? (event.otherPath ?? null) : null,
  };
  return `${columns.map((column) => csvCell(cells[column])).join(',')}\r\n`;
}
