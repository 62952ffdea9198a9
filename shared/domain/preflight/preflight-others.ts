import type { SourceCommit } from '../ledger/change';
import { count } from '../text/count';
import { type Finding, finding } from './finding';
import type { OutsideFacts } from './preflight-facts';

/** People who are named, and commits that are, before the rest is counted. */
const mostNamed = 3;

const sameName = (a: string, b: string): boolean =>
  a.trim().localeCompare(b.trim(), undefined, { sensitivity: 'accent' }) === 0;

/** `Sam Hale (2), Kim Osei (1) and 2 more`, who has most first. */
function peopleOf(commits: readonly SourceCommit[]): string {
  const numbers = new Map<string, number>();
  for (const { author } of commits) numbers.set(author, (numbers.get(author) ?? 0) + 1);
  const people = [...numbers].sort(([, a], [, b]) => b - a);
  const named = people.slice(0, mostNamed).map(([name, number]) => `${name} (${number})`);
  const rest = people.length - named.length;
  return `${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function commitText({ subject, author, pullRequest }: SourceCommit): string {
  const number = pullRequest ? `#${pullRequest.number} ` : '';
  return `“${number}${pullRequest?.title ?? subject}” by ${author}`;
}

/**
 * Whose changes go out, and whose are taken back, besides one's own: they should know. Nothing where that is not known;
 * that the versions could not be compared is told beside it.
 */
export function othersFindings({ change, me }: Pick<OutsideFacts, 'change' | 'me'>): Finding[] {
  if (change?.state !== 'known') return [];
  const told = (all: readonly SourceCommit[], meaning: string): Finding[] => {
    const theirs = all.filter(({ author }) => !sameName(author, me));
    if (theirs.length === 0) return [];
    const number = `${change.truncated ? 'at least ' : ''}${count(theirs.length, 'commit')}`;
    // The commits of one pull request are told as one.
    const changes = [...new Set(theirs.map(commitText))];
    const rest = changes.length - mostNamed;
    const shown = changes.slice(0, mostNamed).join(', ');
    return [
      finding(
        'others-changes',
        'info',
        `${meaning}: ${number} by ${peopleOf(theirs)}.`,
        `${shown}${rest > 0 ? ` and ${rest} more` : ''}.`,
      ),
    ];
  };
  return [
    ...told(change.commits, 'Other people’s changes go out, too'),
    ...told(change.lost, 'This takes back other people’s changes'),
  ];
}
