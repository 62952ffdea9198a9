import type { SourceCommit, SourcePerson } from '../ledger/change';
import { count } from '../text/count';
import { type Finding, finding } from './finding';
import type { OutsideFacts } from './preflight-facts';
import { otherOf, personKey } from './whose';

/** People who are named, and commits that are, before the rest is counted. */
const mostNamed = 3;

interface Theirs {
  commit: SourceCommit;
  by: SourcePerson;
}

/** `Sam Hale (2), Kim Osei (1) and 2 more`, who has most first. */
function peopleText(theirs: readonly Theirs[]): string {
  const numbers = new Map<string, { name: string; number: number }>();
  for (const { by } of theirs) {
    const key = personKey(by);
    const known = numbers.get(key) ?? { name: by.name, number: 0 };
    numbers.set(key, { ...known, number: known.number + 1 });
  }
  const people = [...numbers.values()].sort((a, b) => b.number - a.number);
  const named = people.slice(0, mostNamed).map(({ name, number }) => `${name} (${number})`);
  const rest = people.length - named.length;
  return `${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}

function commitText({ commit: { sha, subject, pullRequest }, by }: Theirs): string {
  const number = pullRequest ? `#${pullRequest.number} ` : `${sha.slice(0, 8)} `;
  return `“${number}${pullRequest?.title ?? subject}” by ${by.name}`;
}

/**
 * Whose changes go out, and whose are taken back, besides one's own: they should know. What only bots made is told apart,
 * since nobody waits for a word of it. Nothing where that is not known; that the versions could not be compared is told
 * beside it.
 */
export function othersFindings({ change, me }: Pick<OutsideFacts, 'change' | 'me'>): Finding[] {
  if (change?.state !== 'known') return [];
  const told = (all: readonly SourceCommit[], what: (whose: string) => string): Finding[] => {
    const theirs = all.flatMap((commit): Theirs[] => {
      const by = otherOf(commit, me);
      return by ? [{ commit, by }] : [];
    });
    const say = (some: readonly Theirs[], whose: string): Finding[] => {
      if (some.length === 0) return [];
      const number = `${change.truncated ? 'at least ' : ''}${count(some.length, 'commit')}`;
      // The commits of one pull request are told as one.
      const changes = new Map(
        some.map((one) => [
          one.commit.pullRequest ? `#${one.commit.pullRequest.number} ${personKey(one.by)}` : one.commit.sha,
          commitText(one),
        ]),
      );
      const rest = changes.size - mostNamed;
      const shown = [...changes.values()].slice(0, mostNamed).join(', ');
      return [
        finding(
          'others-changes',
          'info',
          `${what(whose)}: ${number} by ${peopleText(some)}.`,
          `${shown}${rest > 0 ? ` and ${rest} more` : ''}.`,
        ),
      ];
    };
    return [
      ...say(
        theirs.filter(({ by }) => !by.bot),
        'other people’s changes',
      ),
      ...say(
        theirs.filter(({ by }) => by.bot),
        'changes by bots',
      ),
    ];
  };
  return [
    ...told(change.commits, (whose) => `Includes ${whose}`),
    ...told(change.lost, (whose) => `Removes ${whose}`),
  ];
}
