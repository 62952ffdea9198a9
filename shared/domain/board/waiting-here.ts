import type { Change } from '../ledger/change';
import { shortVersion } from '../ledger/version';
import { count } from '../text/count';
import type { Cell } from './board';
import { testsText } from './cell-words';
import { isLagging } from './lagging';

/** A version of the environment before that is not here. */
export interface WaitingHere {
  version: string;
  from: string;
}

/** Between the parts of what is told in one line. */
export const separator = ' · ';

/** What waits for a cell in the environment before it; `null`: nothing that is newer, as far as that is known. */
export function waitingHere(cell: Cell, before: Cell | null): WaitingHere | null {
  const version = before?.ledger?.version ?? null;
  if (!before || version === null || !isLagging(cell, before)) return null;
  return { version, from: before.environment };
}

/**
 * It in one line: `v3232 from staging · 2 commits by 2 people · 1 migration · tests passed`.
 * @param change what lies between; `null`: not known yet.
 */
export function waitingText({ version, from }: WaitingHere, before: Cell, change: Change | null): string {
  const { tests, stage } = before;
  const isRunning = stage === null || stage.state === 'running' || stage.state === 'unknown';
  return [
    `${shortVersion(version)} from ${from}`,
    ...changeParts(change),
    isRunning ? null : `not running in ${from} yet`,
    tests && isRunning ? testsText[tests.state].toLowerCase() : null,
  ]
    .filter((one) => one !== null)
    .join(separator);
}

function changeParts(change: Change | null): string[] {
  if (change === null) return [];
  if (change.state === 'unknown') return ['changes not known'];
  if (change.direction === 'backward') return ['an older version'];
  const { commits, migrations, truncated, migrationsPartial } = change;
  const people = new Set(commits.map(({ author }) => author)).size;
  const by = people > 0 ? ` by ${count(people, 'person', 'people')}` : '';
  return [
    `${count(commits.length, 'commit')}${truncated ? ' or more' : ''}${by}`,
    ...(migrations.length > 0
      ? [`${count(migrations.length, 'migration')}${migrationsPartial ? ' or more' : ''}`]
      : migrationsPartial
        ? ['migrations not known']
        : []),
    ...(change.direction === 'diverged' ? ['each has commits that the other lacks'] : []),
  ];
}
