import type { Workflow } from './workflow';

/** Nodes that only hold others together: what failed in them is another node's failure. */
const groups = new Set(['DAG', 'Steps', 'StepGroup', 'TaskGroup', 'Retry']);

/**
 * Whether a `post-sync` run failed in its promotion alone: its tests have passed, and the task that starts the
 * deployment in the next environment (`promote-release` in GOV.UK's post-sync) has not done so.
 * @returns false where the nodes don't tell.
 */
export function failedInPromotionAlone({ phase, shutdown, nodes }: Workflow): boolean {
  if ((phase !== 'Failed' && phase !== 'Error') || shutdown) return false;
  const steps = nodes.filter(({ type }) => !groups.has(type));
  const promotes = (one: (typeof nodes)[number]): boolean => one.displayName.startsWith('promote');
  const failed = steps.filter((one) => one.phase === 'Failed' || one.phase === 'Error');
  return (
    failed.length > 0 &&
    failed.every(promotes) &&
    steps.some((one) => one.phase === 'Succeeded' && !promotes(one))
  );
}
