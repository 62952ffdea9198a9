import type { ReleaseSeen } from '../notes/release-note';
import { utcText } from '../text/utc-text';
import { type Finding, finding } from './finding';
import type { LedgerFacts, OutsideFacts } from './preflight-facts';

/** What the Release app says; that it could not be asked is told, and keeps nobody back, whatever notes weigh there. */
function releaseFindings(app: string, seen: ReleaseSeen | 'not-asked' | null): Finding[] {
  if (seen === null) return [];
  if (seen === 'not-asked' || seen.state === 'unknown')
    return [
      finding(
        'note-unknown',
        'info',
        `Can’t tell whether the Release app has a note about ${app}.`,
        seen === 'not-asked' ? 'It has not answered yet.' : seen.because,
      ),
    ];
  if (seen.state === 'absent') return [];
  const old = seen.stale === null ? '' : ` It could not be read again: ${seen.stale}`;
  const evidence = `Release app, read ${utcText(seen.readAt)}; it doesn’t say who wrote it.${old}`;
  const found: Finding[] = [];
  if (seen.notes !== '') found.push(finding('note', 'info', seen.notes, evidence));
  if (seen.automaticOff)
    found.push(
      finding(
        'note',
        'info',
        `The Release app says that automatic deploys of ${app} are disabled.`,
        evidence,
      ),
    );
  return found;
}

/** What people left to be known when deploying an app, or anything of the estate: read, and never in the way by itself. */
export function noteFindings(
  app: string,
  { notes, noteProblems }: Pick<LedgerFacts, 'notes' | 'noteProblems'>,
  { release }: Pick<OutsideFacts, 'release'>,
): Finding[] {
  return [
    ...notes.map(({ text, by, at, edited, app: about }) =>
      finding(
        'note',
        'info',
        text,
        edited
          ? `${about === null ? 'Note for all apps' : 'Note'} by ${by}, changed by ${edited.by} ${utcText(edited.at)}.`
          : `${about === null ? 'Note for all apps' : 'Note'} by ${by}, ${utcText(at)}.`,
      ),
    ),
    ...noteProblems.map((because) => finding('note', 'info', 'There is a note that can’t be read.', because)),
    ...releaseFindings(app, release),
  ];
}
