import { type BuildLogLine, buildLogLines } from '../../shared/domain/concourse/build-log';
import { stepNames } from '../../shared/domain/concourse/event-stream';
import type { BuildLogArchive } from '../archive/build-logs';
import type { FollowBuild } from '../logs/log-sessions';
import { concourseFailure } from '../systems/concourse/concourse-trouble';
import { followEvents } from '../systems/concourse/follow-events';
import type { ConcourseView } from '../systems/concourse/observe-concourse';

/** Lines that are handed on at once of a saved log, so that nothing else waits for long. */
const linesAtOnce = 5_000;

/** The logs of builds, live and saved, from the Concourses that run pipelines of the estate. @param views by pipeline */
export const followBuildLog =
  (
    views: ReadonlyMap<string, Pick<ConcourseView, 'client'>>,
    saved: Pick<BuildLogArchive, 'log'> | null = null,
  ): FollowBuild =>
  async ({ pipeline, build }, told, signal) => {
    const client = views.get(pipeline)?.client;
    if (!client) return told.is('failed', `The estate file has no Concourse for ${pipeline}.`);
    const append = (lines: readonly BuildLogLine[]): void => {
      if (lines.length > 0)
        told.append(lines.map(({ at, text, note }) => ({ at, text, ...(note ? { note: true } : {}) })));
    };
    // A log does not change once its build has ended: with no network, and after Concourse deleted it, it is the same.
    const kept = saved?.log(pipeline, build);
    if (kept) {
      for (let from = 0; from < kept.lines.length && !signal.aborted; from += linesAtOnce) {
        append(kept.lines.slice(from, from + linesAtOnce));
        await new Promise((resolve) => setImmediate(resolve));
      }
      return told.is('ended', 'The build has ended. This is Signalbox’s saved copy of its log.');
    }
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
          append(events.flatMap((event) => lines.push(event)));
        },
        onBroken: () => told.is('reconnecting', 'The connection broke; it goes on by itself.'),
      },
      signal,
    );
    if (signal.aborted) return;
    if (end.ended)
      return told.is(
        'ended',
        // What Concourse deleted is a stream that ends at once.
        isNamed
          ? 'The build has ended.'
          : 'Concourse has deleted this log, and Signalbox was not running when the build ended.',
      );
    const { message, meaning } = concourseFailure(end.error, new URL(client.url).host);
    told.is('failed', `${message} ${meaning}`);
  };
