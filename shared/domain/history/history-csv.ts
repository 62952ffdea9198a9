import { type Options, stringify } from 'csv-stringify/sync';
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
  'startedBy',
  'through',
  'run',
  'overridden',
] as const;

/**
 * First line of an export as CSV. The file is UTF-8 without a byte order mark: programs would read that as part of the
 * first column's name, and Excel asks for the encoding when it imports a text file.
 */
export const csvHeader = `${columns.join(',')}\r\n`;

/**
 * A text as a cell holds it. One that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, one
 * of these in full width, a tab or a carriage return, maybe after blanks) gets an apostrophe in front (OWASP, "CSV
 * Injection"; `escape_formulas` looks at the first character alone). Hidden characters are written out.
 */
function cellText(value: string): string {
  const text = visibleText(value);
  // As it came: what is taken out on the way into a spreadsheet must not leave a formula.
  return /^[\s]*[=+\-@\t\r＝＋－＠]/.test(value) ? `'${text}` : text;
}

/** RFC 4180; a lone line feed or carriage return is quoted, too, of which csv-stringify knows only the two together. */
const format: Options = {
  record_delimiter: 'windows',
  quoted_match: /[\r\n']/,
  cast: { string: cellText },
};

/** Records of CSV, each ended. */
export const csvRecords = (records: readonly (readonly (string | null)[])[]): string =>
  stringify([...records] as string[][], format);

/** Events as lines of CSV, in the order of {@link csvHeader}. */
export const csvLines = (events: readonly HistoryEvent[]): string => csvRecords(events.map(cellsOf));

function cellsOf(event: HistoryEvent): (string | null)[] {
  const deployment = event.type === 'deployment' ? event : null;
  const started = event.startedBy && 'name' in event.startedBy ? event.startedBy : null;
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
    startedBy: started?.name ?? null,
    through: started?.route ?? null,
    run: started?.run?.url ?? started?.run?.name ?? null,
    overridden: started && started.override.length > 0 ? started.override.join(', ') : null,
  };
  return columns.map((column) => cells[column]);
}
