import { setTimeout as pause } from 'node:timers/promises';
import type { RunView } from '../../../shared/domain/actions/run-view';
import { inBackground } from '../../log/log';
import type { JobLog, RepoPlace } from '../../systems/github/run-details';
import type { StepContext, VersionIntent } from '../operation-context';

/** GitHub has a log some seconds after the job's end: how often it is asked for, and milliseconds between. */
const tries = 6;
const again = 1_500;

/** Saves the logs of a run's jobs as they end, so that they can be read without a network. */
export function collectLogs(context: StepContext<VersionIntent>, place: RepoPlace) {
  const { world, signal } = context;
  const asked = new Map<number, Promise<JobLog | null>>();

  async function load(job: number): Promise<JobLog | null> {
    for (let attempt = 1; ; attempt += 1) {
      const log = await world.runWatch?.log(place, job, signal);
      if (log?.ok) return log.value;
      if (!log || attempt >= tries || log.failure.code !== 'not-found') return null;
      await pause(again, undefined, { signal });
    }
  }
  function ask(job: number): Promise<JobLog | null> {
    const known = asked.get(job);
    if (known) return known;
    const work = load(job);
    asked.set(job, work);
    inBackground(world.log, 'actions.log-not-saved', work, { operation: context.id, job, signal });
    return work;
  }
  return {
    /** Asks for the logs of jobs that have ended; nobody waits for them. */
    collect: ({ jobs }: RunView): void => {
      for (const { id, state } of jobs)
        if (state === 'succeeded' || state === 'failed' || state === 'cancelled') ask(id);
    },
    /** The log of a job; `null`: GitHub did not give it. */
    of: (job: number): Promise<JobLog | null> => ask(job),
  };
}
