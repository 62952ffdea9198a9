import { utcText } from '../text/utc-text';
import { type Finding, finding } from './finding';
import type { LedgerFacts, OutsideFacts } from './preflight-facts';

/** What people left to be known when deploying an app, or anything of the estate: read, and never in the way by itself. */
export function noteFindings(
  { notes, noteProblems }: Pick<LedgerFacts, 'notes' | 'noteProblems'>,
  { releaseNotes }: Pick<OutsideFacts, 'releaseNotes'>,
): Finding[] {
  return [
    ...notes.map(({ text, by, at, edited, app }) =>
      finding(
        'note',
        'info',
        text,
        edited
          ? `${app === null ? 'Note for all apps' : 'Note'} by ${by}, changed by ${edited.by} ${utcText(edited.at)}.`
          : `${app === null ? 'Note for all apps' : 'Note'} by ${by}, ${utcText(at)}.`,
      ),
    ),
    ...noteProblems.map((because) => finding('note', 'info', 'There is a note that can’t be read.', because)),
    ...releaseNotes.map(({ text, evidence }) => finding('note', 'info', text, evidence)),
  ];
}
