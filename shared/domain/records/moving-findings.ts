import { readOnlyFindings } from '../estate/read-only';
import { type Finding, finding } from '../preflight/finding';
import type { RouteAccess } from '../route/route';
import { count } from '../text/count';
import { utcText } from '../text/utc-text';
import { visibleText } from '../text/visible-text';

/** What is known before records are set apart, or moved over. */
export interface MovingFacts {
  /** Why this console changes nothing at all; `null`: it may. */
  readOnlyBecause: string | null;
  /** The branch of the image tags, and that of the records. */
  tags: Place;
  records: Place;
  /** Changes of both places that have begun and did not end. */
  pending: readonly { what: string; by: string; at: string }[];
  /** Operations of this console that run and may write records, by their titles. */
  running: readonly string[];
  /** Records that changed beside the image tags since they were copied. */
  left: number;
}

interface Place {
  branch: string;
  /** `null`: it answers. */
  away: { since: string; because: string } | null;
  /** Whether the person's commits land there. */
  access: RouteAccess;
}

/** How many things are named. */
const mostNamed = 3;
const rights = 'Your rights, as checked.';

const names = (all: readonly string[]): string =>
  all
    .slice(0, mostNamed)
    .map((one) => visibleText(one.slice(0, 200)))
    .join('; ') + (all.length > mostNamed ? `; and ${all.length - mostNamed} more` : '');

const awayOf = ({ branch, away }: Place): Finding[] =>
  away === null
    ? []
    : [
        finding(
          'ledger-stale',
          'block',
          `The branch ${branch} can’t be reached, so nothing can be copied now.`,
          `Unreachable since ${utcText(away.since)}: ${away.because}`,
          false,
        ),
      ];

const because = (access: Extract<RouteAccess, { state: 'closed' }>): string =>
  access.remedy ? `${access.because} ${access.remedy}` : access.because;

/**
 * All that speaks against making the branch of records (`create`), or moving records over to it. What can't be deleted
 * beside the image tags stays there and does not count, so that alone stops nothing.
 */
export function movingFindings(what: 'create' | 'move', facts: MovingFacts): Finding[] {
  const { readOnlyBecause, tags, records, pending, running, left } = facts;
  if (readOnlyBecause !== null) return readOnlyFindings(readOnlyBecause);
  const found = [...awayOf(tags), ...awayOf(records)];
  if (records.access.state === 'closed')
    found.push(finding('route-closed', 'block', because(records.access), rights, false));
  if (records.access.state === 'unknown')
    found.push(
      finding(
        'route-closed',
        'info',
        `Whether you may push to ${records.branch}: ${records.access.because}`,
        rights,
      ),
    );
  if (what === 'create') return found;
  if (tags.access.state === 'closed')
    found.push(
      finding(
        'route-closed',
        'warn',
        `The records are copied, and stay on ${tags.branch}, too: they can’t be deleted there. ${because(tags.access)}`,
        rights,
      ),
    );
  if (pending.length > 0)
    found.push(
      finding(
        'operation-running',
        'block',
        `${count(pending.length, 'change')} of image tags and records ${pending.length === 1 ? 'has' : 'have'} begun and not ended: ${names(pending.map((one) => one.what))}.`,
        `Begun by ${names(pending.map(({ by, at }) => `${by} at ${utcText(at)}`))}. Signalbox ends what nobody can be working on any more within ten minutes.`,
        false,
      ),
    );
  if (running.length > 0)
    found.push(
      finding(
        'operation-running',
        'warn',
        `${count(running.length, 'operation')} of yours ${running.length === 1 ? 'is' : 'are'} running: ${names(running)}.`,
        'What they write is copied only if it is there by then; safe to move again afterwards.',
      ),
    );
  if (left > 0)
    found.push(
      finding(
        'other',
        'warn',
        `${count(left, 'record')} changed on ${tags.branch} since they were copied: another console still uses an estate file without ledger.records.`,
        `What it writes counts only once it is moved. Give everybody the same estate file first.`,
      ),
    );
  return found;
}
