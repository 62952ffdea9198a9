import { failureOf } from '../../../shared/domain/failure/failure-of';
import { type BagIntent, subjectOf } from '../../../shared/domain/operation/intent';
import { stopsBy } from '../bags/stops-by';
import type { StepContext, StepEnd, StepRun } from '../operation-context';
import { isTimedOut, waitUntil } from '../steps/wait';
import type { Ground } from './build-effects';
import { concourseFindings } from './concourse-findings';
import { seenPipeline, stateOf } from './concourse-pipelines';

/** What a step does where a Concourse runs the pipeline; elsewhere, what it does by the release repo. */
export const byKind =
  <I extends BagIntent>(
    byLedger: StepRun<I>,
    byConcourse: (ground: Ground<I>) => Promise<StepEnd>,
  ): StepRun<I> =>
  async (context) => {
    const seen = seenPipeline(context.world, context.intent.pipeline);
    if (!seen) return byLedger(context);
    const environment = subjectOf(context.intent).environment ?? seen.pipeline.environments[0] ?? '';
    try {
      // A restart begins before anything was seen: then nothing can be told from what is not there.
      const live = await waitUntil<true>(context as Pick<StepContext<BagIntent>, 'signal' | 'waiting'>, {
        limit: context.world.limits.job,
        sources: [seen.view.onChange],
        look: () =>
          seen.view.freshness().state === 'live' || !context.resumed
            ? { done: true }
            : { waitingFor: 'Waiting for Concourse to answer.' },
      });
      if (isTimedOut(live)) return { state: 'unknown', because: 'Concourse did not answer.' };
      return await byConcourse({ context, seen, state: stateOf(seen, environment) });
    } catch (error) {
      if (context.signal.aborted) throw error;
      return { state: 'failed', failure: failureOf(error) };
    }
  };

/** Nothing of this kind is done there; preflight has refused it. */
export const notByConcourse = async (): Promise<StepEnd> => ({
  state: 'failed',
  failure: {
    code: 'refused',
    message: 'Concourse has nothing of this kind.',
    meaning: 'Nothing was changed.',
    next: [],
  },
});

/** Collects all findings on what Concourse shows now. */
export async function checkByConcourse({ context, seen }: Ground<BagIntent>): Promise<StepEnd> {
  const { world, intent, id } = context as StepContext<BagIntent>;
  await seen.view.look();
  // What went on already is not asked about again.
  if (context.record().effects.size > 0) return { state: 'succeeded' };
  const findings = concourseFindings(world, seen, intent, id);
  context.findings(findings);
  const failure = stopsBy(intent, context.record().seen, findings);
  return failure ? { state: 'failed', failure } : { state: 'succeeded' };
}
