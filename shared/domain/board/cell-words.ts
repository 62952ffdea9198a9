import { shortVersion } from '../ledger/version';
import { count } from '../text/count';
import type { Cell } from './board';
import type { CellStage, CellTests } from './cell-view';

/** What the big text of a cell says: the version that runs, or why there is none. */
export interface Headline {
  version: string | null;
  /** Instead of a version. */
  word: string | null;
  /** `git`: no cluster tells what runs, so it is what Git says; `unknown`: one should and does not. */
  certain: 'runs' | 'git' | 'unknown';
}

export function headline({ running, ledger }: Cell): Headline {
  if (running === null) return { version: ledger?.version ?? null, word: null, certain: 'git' };
  if (running.none !== null) return { version: null, word: 'No pods', certain: 'runs' };
  if (running.version === null) return { version: ledger?.version ?? null, word: null, certain: 'unknown' };
  return { version: running.version, word: null, certain: 'runs' };
}

/** The version that Git wants, where the big text does not say it already; `null`: it does. */
export function wantedBeside(cell: Cell): string | null {
  const wanted = cell.ledger?.version ?? null;
  return cell.running === null || headline(cell).version === wanted ? null : wanted;
}

/** Whether Argo CD can't compare what should run with what does, while what runs is well. */
export const isOnlyUncompared = (cell: Cell): boolean =>
  cell.stage?.failing === true &&
  (cell.stage.state === 'committed' || cell.stage.state === 'waiting') &&
  cell.health === 'Healthy' &&
  cell.rollout === null;

/** Where a wanted version is, in two or three words; `null`: it runs, or nothing is known of it. */
export function stageText(cell: Cell): string | null {
  const { stage, rollout, syncWindow } = cell;
  if (stage === null) return null;
  switch (stage.state) {
    case 'committed':
      return stage.failing ? 'Argo CD error' : 'Committed';
    case 'waiting':
      if (stage.failing) return 'Argo CD error';
      return syncWindow ? 'Window closed' : 'Waiting for Argo CD';
    case 'syncing':
      return stage.failing ? 'Sync failed' : 'Syncing';
    case 'hooks':
      return hookText(stage);
    case 'rolling-out':
      if (rollout?.state === 'failed') return 'Rollout failed';
      if (stage.failing) return rollout?.failing ? 'Pods failing' : 'No pods';
      return rollout ? rolloutText(rollout) : 'Rolling out';
    case 'drifted':
      return 'Drifted from Git';
    case 'unknown':
      return 'Not known';
    case 'running':
      return null;
  }
}

function hookText({ failing, hook }: CellStage): string {
  if (!failing) return 'Hook running';
  return hook?.state === 'failed' ? 'Hook failed' : 'Hook failing';
}

export const testsText: Record<CellTests['state'], string> = {
  running: 'Tests running',
  passed: 'Tests passed',
  failed: 'Tests failed',
  'promotion-failed': 'Promotion failed',
  stopped: 'Tests stopped',
  unknown: 'Tests unknown',
};

/** All of what runs and what is wanted as a sentence's part: `v105 running, Git has v106: Hook failing`. */
export function stateSentence(cell: Cell): string {
  const { version, word, certain } = headline(cell);
  const runs = word ?? (version === null ? 'no version' : shortVersion(version));
  const wanted = wantedBeside(cell);
  const stage = stageText(cell);
  const isPlain = certain === 'git' || (wanted === null && stage === null);
  const parts = [
    certain === 'unknown' ? `${runs} in Git, running version not known` : isPlain ? runs : `${runs} running`,
    wanted === null ? null : `Git has ${shortVersion(wanted)}`,
    certain === 'unknown' ? null : stage,
    cell.tests && cell.tests.state !== 'unknown' ? testsText[cell.tests.state].toLowerCase() : null,
  ];
  return parts.filter((part) => part !== null).join(', ');
}

/** How far a rollout is, in the words of its place in the grid. */
export function rolloutText(rollout: NonNullable<Cell['rollout']>): string {
  if (rollout.state === 'failed') return 'Rollout failed';
  if (rollout.failing) return `Pods failing: ${rollout.failing}`;
  return `${Math.min(rollout.updated, rollout.available)} of ${count(rollout.desired, 'pod')}`;
}
