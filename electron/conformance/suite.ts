import { applicationCases } from './cases/applications';
import { connectingCases } from './cases/connecting';
import { logCases, rolloutCases } from './cases/rollouts';
import { watchingCases } from './cases/watching';
import { workflowCases } from './cases/workflows';
import type { Bench, Case, OpenBench } from './test-ground';
import { Skipped } from './test-ground';

/** Everything that is tried, on any cluster and on the practice estate alike. */
export const cases: readonly Case[] = [
  ...connectingCases,
  ...watchingCases,
  ...applicationCases,
  ...rolloutCases,
  ...logCases,
  ...workflowCases,
];

/** How a case went. `text`: why it was skipped or failed. */
export interface Outcome {
  name: string;
  result: 'passed' | 'failed' | 'skipped';
  text: string;
  ms: number;
}

/** Runs one case and takes away what it made. What cannot be taken away fails it. Rejects only when interrupted. */
export async function runCase(one: Case, { bench, clear }: OpenBench): Promise<Outcome> {
  const begun = performance.now();
  const outcome = await attempt(one, bench);
  const left = await clear();
  bench.signal.throwIfAborted();
  const ms = Math.round(performance.now() - begun);
  if (left.length === 0) return { name: one.name, ...outcome, ms };
  const text = [outcome.text, `left behind: ${left.join('; ')}`].filter((part) => part !== '').join('\n');
  return { name: one.name, result: 'failed', text, ms };
}

async function attempt(one: Case, bench: Bench): Promise<Pick<Outcome, 'result' | 'text'>> {
  try {
    await one.run(bench);
    return { result: 'passed', text: '' };
  } catch (error) {
    if (error instanceof Skipped) return { result: 'skipped', text: error.message };
    return { result: 'failed', text: error instanceof Error ? error.message : String(error) };
  }
}
