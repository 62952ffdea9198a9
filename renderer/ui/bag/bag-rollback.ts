import type { BagRow, StageView } from '../../../shared/domain/bags/view';
import type { BagIntent } from '../../../shared/domain/operation/intent';

/** Bags that a rollback may go to, newest first: they passed the environment before, are readable and not bad here. */
export function rollbackTargets(
  bags: readonly BagRow[],
  { environment, before }: Pick<StageView, 'environment' | 'before'>,
  bad: number,
): number[] {
  const laneOf = (row: BagRow, name: string) => row.lanes.find((lane) => lane.environment === name);
  return bags
    .filter((row) => row.bag !== bad && row.packed !== null && !laneOf(row, environment)?.bad)
    .filter((row) => before === null || (laneOf(row, before)?.passes.length ?? 0) > 0)
    .map(({ bag }) => bag)
    .sort((a, b) => b - a);
}

/** The rollback of what runs in an environment to the newest other bag that is good there, or why there is none. */
export function bagRollback(
  pipeline: string,
  stage: StageView,
  bags: readonly BagRow[],
): { intent: Extract<BagIntent, { kind: 'roll-back-bag' }> } | { blocked: string } {
  const { running, environment } = stage;
  if (!running) return { blocked: `No bag has been deployed to ${environment} yet.` };
  const [bag] = rollbackTargets(bags, stage, running.bag);
  if (bag === undefined) return { blocked: `No other bag can be deployed to ${environment}.` };
  return {
    intent: {
      kind: 'roll-back-bag',
      pipeline,
      environment,
      bag,
      bad: running.bag,
      running: running.bag,
      how: 'mark-bad',
      leaveRunning: [],
      override: [],
      reason: '-',
    },
  };
}
