import type { LogView } from '../../shared/contract/logs';
import { FailureError } from '../../shared/domain/failure/failure';
import type { WorkMark } from './mark';
import type { ArrivedLine, Ordered, QuestionName, Request } from './protocol';

/** What a worker was at when it ended. */
type Culprit = WorkMark['culprit'];

const note = (text: string): ArrivedLine => ({ at: null, text, note: true });

/** Questions that mean the same to a worker that has forgotten every line. */
const timeless: ReadonlySet<QuestionName> = new Set(['view', 'settled']);

/** Why a question has no answer. */
export const forgotten = (): FailureError =>
  new FailureError({
    code: 'conflict',
    message: 'The log view was started again meanwhile.',
    meaning: 'The lines that were asked about are gone from here; the cluster still has its own.',
    next: [{ do: 'advice', label: 'Open the log again.' }],
  });

/**
 * Whether a worker ended over what a session looks for: while it made the view, looked on, or took lines in as a whole.
 * @param viewedBy the request that made the view.
 */
export function endedByFind(
  log: { view: LogView; viewedBy: number },
  session: string,
  rest: readonly Ordered[],
  culprit: Culprit,
): boolean {
  if (culprit === null || log.view.find.text === '') return false;
  const request = rest.find(({ order }) => order === culprit.order)?.request;
  const isLines = request?.session === session && 'lines' in request && culprit.line === null;
  return culprit.order === log.viewedBy || isLines;
}

/**
 * What the next worker is told of what the last one was not done with.
 * @param culprit what is left out: one line where that is known, else all lines of the request, or the question.
 * @param byFind it was what was looked for: then the lines are no culprits.
 */
export function handedOn(rest: readonly Ordered[], culprit: Culprit, byFind: boolean): Request[] {
  return rest.flatMap(({ order, request }): Request[] => {
    const isCulprit = culprit?.order === order;
    if ('id' in request) return timeless.has(request.question) && !isCulprit ? [request] : [];
    // Sessions are begun again, with their sources; one that was closed is gone.
    if (!('lines' in request)) return [];
    if (!isCulprit || byFind) return [request];
    const { lines } = request;
    const { line } = culprit;
    if (line === null)
      return [
        { ...request, lines: [note(`Left out, since the reader ended over them (lines: ${lines.length})`)] },
      ];
    return [
      { ...request, lines: lines.slice(0, line) },
      { ...request, lines: [note('A line is left out here, since the reader ended over it')] },
      { ...request, lines: lines.slice(line + 1) },
    ];
  });
}
