import { buildLogLines } from '../../shared/domain/concourse/build-log';
import { stepNames } from '../../shared/domain/concourse/event-stream';
import type { FollowBuild } from '../logs/log-sessions';
import { concourseFailure } from '../systems/concourse/concourse-trouble';
import { followEvents } from '../systems/concourse/follow-events';
import type { ConcourseView } from '../systems/concourse/observe-concourse';

/** The logs of builds, live, from the Concourses that run pipelines of the estate. @param views by pipeline */
export const followBuildLog =
  (views: ReadonlyMap<string, Pick<ConcourseView, 'client'>>): FollowBuild =>
  async ({ pipeline, build }, told, signal) => {
    const client = views.get(pipeline)?.client;
    if (!client) return told.is('failed', `The estate file has no Concourse for ${pipeline}.`);
    const names = new Map<string, string>();
    let isNamed = false;
    /** The plan is there once the build has started; without it the lines alone are shown. */
    const nameSteps = async (): Promise<void> => {
      // Names are an extra: the lines come without them, and a fault that matters meets the stream, too.
      const plan = await client.plan(build, signal).catch(() => null);
      for (const [id, name] of stepNames(plan)) names.set(id, name);
    };
    await nameSteps();
    const lines = buildLogLines((step) => names.get(step) ?? null);
    told.is('waiting', 'Waiting for the build to start.');
    const end = await followEvents(
      client,
      build,
      {
        onEvents: (events) => {
          // It never rejects.
          if (!isNamed && names.size === 0) void nameSteps();
          isNamed = true;
          told.is('following', 'Live.');
          const came = events.flatMap((event) => lines.push(event));
          if (came.length > 0)
            told.append(came.map(({ at, text, note }) => ({ at, text, ...(note ? { note: true } : {}) })));
        },
        onBroken: () => told.is('reconnecting', 'The connection broke; it goes on by itself.'),
      },
      signal,
    );
    if (signal.aborted) return;
    if (end.ended) return told.is('ended', 'The build has ended.');
    const { message, meaning } = concourseFailure(end.error, new URL(client.url).host);
    told.is('failed', `${message} ${meaning}`);
  };
