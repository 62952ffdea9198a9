import type { Estate } from '../../shared/domain/estate/estate';
import type { MarkSeen } from '../../shared/domain/marks/mark';
import { markText } from '../../shared/domain/marks/mark-rules';
import type { Note } from '../../shared/domain/notes/note';
import { utcText } from '../../shared/domain/text/utc-text';
import { bagRecords } from '../ledger/bag-records';
import type { Snapshot } from '../ledger/ledger';
import { marksIn, notesIn } from '../ledger/marks-and-notes';

const unreadable = 'The mark’s record can’t be read, so it counts.';

/** What marks a version bad: for everywhere, or for the bags of a pipeline that have the app. */
export function marksOfVersion(estate: Estate, snapshot: Snapshot, app: string, version: string): MarkSeen[] {
  const mark = marksIn(snapshot).get(app)?.get(version);
  const everywhere: MarkSeen[] = mark
    ? [
        mark.ok
          ? {
              text: markText(mark.value),
              by: mark.value.by,
              where: `Marked ${utcText(mark.value.at)}.`,
            }
          : { text: unreadable, by: null, where: mark.failure.message },
      ]
    : [];
  const inBags = estate.pipelines.flatMap((one): MarkSeen[] => {
    if (one.kind !== 'bags' || !one.services.includes(app)) return [];
    const bad = bagRecords(snapshot, one.name).badVersions.get(app)?.get(version);
    if (!bad) return [];
    if (!bad.ok) return [{ text: unreadable, by: null, where: bad.failure.message }];
    const { by, reason, at } = bad.value;
    return [
      {
        text: `${by} marked it bad for bags of ${one.name}: ${reason || 'no reason given'}.`,
        by,
        where: `Marked ${utcText(at)}.`,
      },
    ];
  });
  return [...everywhere, ...inBags];
}

const newest = ({ at, edited }: Note): string => edited?.at ?? at;

/** What to know when deploying an app (`null`: any): its own notes, then those of the estate, each newest first. */
export const notesFor = (snapshot: Snapshot, app: string | null): { notes: Note[]; noteProblems: string[] } =>
  notesForAll(snapshot, app === null ? [] : [app]);

/** The same of several apps, such as the services of a bag. */
export function notesForAll(
  snapshot: Snapshot,
  apps: readonly string[],
): { notes: Note[]; noteProblems: string[] } {
  const found = notesIn(snapshot);
  const about = new Set<string | null>([null, ...apps]);
  const notes = found
    .flatMap((one) => (one.ok && !one.value.about && about.has(one.value.app) ? [one.value] : []))
    .sort((a, b) => Number(a.app === null) - Number(b.app === null) || newest(b).localeCompare(newest(a)));
  return { notes, noteProblems: found.flatMap((one) => (one.ok ? [] : [one.failure.message])) };
}

/** What was said afterwards of why a commit deployed, oldest first. */
export const reasonsFor = (snapshot: Snapshot, commit: string): Note[] =>
  notesIn(snapshot)
    .flatMap((one) => (one.ok && one.value.about?.commit === commit ? [one.value] : []))
    .sort((a, b) => a.at.localeCompare(b.at));
