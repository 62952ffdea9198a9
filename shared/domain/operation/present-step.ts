import type { Operation, Step } from './operation';

/**
 * The step that an operation is at, wherever it is told: while it runs the first that runs, else the first that waits;
 * afterwards the one that it broke at, else the last that was done. `null`: it has none of these.
 */
export function stepAt({ state, steps }: Pick<Operation, 'state' | 'steps'>): Step | null {
  const first = (...states: Step['state'][]): Step | undefined =>
    steps.find((step) => states.includes(step.state));
  if (state === 'running') return first('running') ?? first('waiting') ?? null;
  return (
    first('failed', 'unknown', 'cancelled') ?? steps.findLast((step) => step.state === 'succeeded') ?? null
  );
}
