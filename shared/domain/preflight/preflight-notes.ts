import type { ReleaseSeen } from '../notes/release-note';
import { utcText } from '../text/utc-text';
import { type Finding, finding } from './finding';
import type { LedgerFacts, OutsideFacts } from './preflight-facts';

/** What the Release app says; that it could not be asked is told, and keeps nobody back, whatever notes weigh there. */
function releaseFindings(app: string | null, seen: ReleaseSeen | 'not-asked' | null): Finding[] {
  if (seen === null || app === null) return [];
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

/**
 * What people left to be known when deploying an app, or anything of the estate: read, and never in the way by itself.
 * @param app `null`: it is about several, so that each note says of which.
 */
export function noteFindings(
  app: string | null,
  { notes, noteProblems }: Pick<LedgerFacts, 'notes' | 'noteProblems'>,
  { release }: Pick<OutsideFacts, 'release'>,
): Finding[] {
  return [
    ...notes.map(({ text, by, at, edited, app: about }) => {
      const what = about === null ? 'Note for all apps' : app === null ? `Note on ${about}` : 'Note';
      const changed = edited ? `, changed by ${edited.by} ${utcText(edited.at)}` : `, ${utcText(at)}`;
      return finding('note', 'info', text, `${what} by ${by}${changed}.`);
    }),
    ...noteProblems.map((because) => finding('note', 'info', 'There is a note that can’t be read.', because)),
    ...releaseFindings(app, release),
  ];
}
