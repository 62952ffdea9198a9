import type { Build } from '../../../shared/domain/concourse/answers';
import { hasEnded } from '../../../shared/domain/concourse/builds';
import type { Failure } from '../../../shared/domain/failure/failure';
import type { BagIntent, Intent } from '../../../shared/domain/operation/intent';
import { ConcourseTrouble, concourseFailure } from '../../systems/concourse/concourse-trouble';
import type { PipelineState } from '../../systems/concourse/pipeline-state';
import type { StepContext, StepEnd } from '../operation-context';
import { isTimedOut, waitUntil } from '../steps/wait';
import type { SeenPipeline } from './concourse-pipelines';

/** What steps on a Concourse work with. */
export interface Ground<I extends Intent = BagIntent> {
  context: StepContext<I>;
  seen: SeenPipeline;
  state: PipelineState;
}

const hostOf = ({ view }: SeenPipeline): string => new URL(view.client.url).host;

/** How a side effect on Concourse went. */
export type Done<T> = { ok: true; value: T } | { ok: false; end: StepEnd };

/** Whether nothing was done for certain: Concourse said so, or nothing was sent. */
const wasRefused = (error: unknown): boolean =>
  error instanceof ConcourseTrouble &&
  ['forbidden', 'missing', 'conflict', 'ended', 'not-signed-in', 'wrong-password', 'plain-http'].includes(
    error.kind,
  );

/**
 * Does something once: intends it, does it, and writes down what became of it. An answer that was lost leaves it unknown,
 * unless a look afterwards tells.
 * @param found what a look shows to have come of it; `null`: nothing
 */
export async function once<T>(
  { context, seen }: Ground,
  effect: string,
  text: string,
  act: (signal: AbortSignal) => Promise<T>,
  found: () => T | null,
  data: Record<string, unknown> = {},
): Promise<Done<T>> {
  context.intend(effect, text, data);
  try {
    const value = await act(context.signal);
    context.result(effect, { outcome: 'done', text });
    return { ok: true, value };
  } catch (error) {
    const failure = concourseFailure(error, hostOf(seen));
    if (wasRefused(error)) {
      context.result(effect, { outcome: 'not-done', text: failure.message });
      return { ok: false, end: { state: 'failed', failure } };
    }
    // 500 says that nothing was to be changed, or nothing at all; a lost answer says nothing: what is there tells.
    await seen.view.look();
    const value = seen.view.freshness().state === 'live' ? found() : null;
    if (value !== null) {
      context.result(effect, { outcome: 'done', text });
      return { ok: true, value };
    }
    context.result(effect, { outcome: 'unknown', text: failure.message });
    return { ok: false, end: { state: 'unknown', because: `${failure.message} ${failure.meaning}` } };
  }
}

/** Looks at the pipeline whenever something of it changes, until it is done. Rejects with the signal's reason. */
export const watch = <T>(
  { context, seen, state }: Ground,
  limit: number,
  look: () => { done: T } | { waitingFor: string },
) =>
  waitUntil<T>(context, {
    limit,
    sources: [
      (listener) =>
        seen.view.onChange((environments) => {
          if (environments.includes(state.watched.environment)) listener();
        }),
    ],
    look: () => {
      const freshness = seen.view.freshness();
      const found = look();
      if ('done' in found || freshness.state !== 'unreachable') return found;
      return { waitingFor: `${freshness.failure.message} Waiting for it to come back.` };
    },
  });

const endWords = { failed: 'failed', errored: 'could not run', aborted: 'was aborted' } as const;

/** A build of ours that ended without success, as a failure. */
export const buildFailure = (build: Build, meaning: string, advice: string): Failure => ({
  code: 'refused',
  message: `${build.job} #${build.name} ${endWords[build.status as keyof typeof endWords] ?? 'did not succeed'}.`,
  meaning,
  next: [{ do: 'advice', label: advice }],
});

/** Waits for builds to end. @returns the ended ones, or how the step ends where that is not known in time. */
export async function untilEnded(
  ground: Ground,
  ids: readonly number[],
  limit: number,
): Promise<Done<Build[]>> {
  const { state } = ground;
  const ended = await watch<Build[]>(ground, limit, () => {
    const builds = ids.flatMap((id) => state.builds.get(id) ?? []);
    const open = builds.filter((build) => !hasEnded(build));
    if (builds.length === ids.length && open.length === 0) return { done: builds };
    const [first] = open;
    return {
      waitingFor: first
        ? `${first.job} #${first.name} ${first.status === 'pending' ? 'waits to start' : 'runs'}.`
        : 'Waiting for Concourse to show the build.',
    };
  });
  return isTimedOut(ended)
    ? { ok: false, end: { state: 'unknown', because: `It took too long. ${ended.waitingFor}` } }
    : { ok: true, value: ended };
}
