import type { OutputOf } from '../../../shared/contract/contract';

/** One stay of the version in an environment. */
export type Run = OutputOf<'history.version'>[number];

/** When a stay ended, ms since the epoch; now while it lasts. */
export const endOf = (run: Run, now: number): number => (run.until === null ? now : Date.parse(run.until));

/** The first stay in each environment, in the order of arrival. */
export const firstReached = (runs: readonly Run[]): Run[] =>
  runs.filter((run, index) => runs.findIndex((one) => one.environment === run.environment) === index);

/** The environments of the stays: in the order of travel first, others after them by name. */
export function lanesOf(runs: readonly Run[], order: readonly string[]): string[] {
  const names = new Set(runs.map(({ environment }) => environment));
  return [
    ...order.filter((name) => names.has(name)),
    ...[...names].filter((name) => !order.includes(name)).sort(),
  ];
}
