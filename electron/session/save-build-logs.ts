import type { Build } from '../../shared/domain/concourse/answers';
import { type BuildLogLine, buildLogLines } from '../../shared/domain/concourse/build-log';
import { stepNames } from '../../shared/domain/concourse/event-stream';
import type { WatchedPipeline } from '../../shared/domain/concourse/pipeline-names';
import type { Failure } from '../../shared/domain/failure/failure';
import { type BuildLogArchive, longestBuildLog } from '../archive/build-logs';
import type { Log } from '../log/log';
import type { ConcourseClient } from '../systems/concourse/concourse-client';
import { followEvents } from '../systems/concourse/follow-events';

/** Logs that wait to be read, at most: of a console that was away for long, the newest. */
const mostWaiting = 60;
/** Milliseconds that one log may take. */
const longest = 120_000;

/** Whether anybody will ask for it later: all of a deployment, and periodic tests that did not pass. */
const isOfInterest = ({ jobs }: Pick<WatchedPipeline, 'jobs'>, { job, reapedAt, status }: Build): boolean =>
  reapedAt === null && (!jobs.periodic.includes(job) || status !== 'succeeded');

/** Reads the whole log of a build that has ended. @returns `null`: it is not to be had */
async function readLog(
  client: ConcourseClient,
  build: number,
  signal: AbortSignal,
): Promise<BuildLogLine[] | null> {
  // Names are an extra: the lines come without them.
  const names = stepNames(await client.plan(build, signal).catch(() => null));
  const reader = buildLogLines((step) => names.get(step) ?? null);
  const lines: BuildLogLine[] = [];
  let length = 0;
  const bound = new AbortController();
  const end = await followEvents(
    client,
    build,
    {
      onEvents: (events) => {
        for (const line of events.flatMap((event) => reader.push(event))) {
          length += line.text.length;
          lines.push(line);
        }
        // Of one that never ends its beginning is kept; the archive shortens what is merely long.
        if (length > longestBuildLog * 4) bound.abort();
      },
      onBroken: () => undefined,
    },
    AbortSignal.any([signal, bound.signal]),
  );
  return (end.ended || bound.signal.aborted) && lines.length > 0 ? lines : null;
}

/** Saves the logs of builds when they end, one after the other: Concourse deletes them. */
export function saveBuildLogs(options: {
  clientOf: (pipeline: string) => ConcourseClient | null;
  logs: BuildLogArchive;
  log: Log;
  report: (failure: Failure | null) => void;
}): {
  ended(pipeline: string, watched: WatchedPipeline, builds: readonly Build[]): void;
  close(): Promise<void>;
} {
  const { clientOf, log, logs, report } = options;
  const closing = new AbortController();
  let waiting: { pipeline: string; build: Build }[] = [];
  let reading: Promise<void> | null = null;

  async function readAll(): Promise<void> {
    for (let next = waiting.pop(); next && !closing.signal.aborted; next = waiting.pop()) {
      const { build, pipeline } = next;
      const client = clientOf(pipeline);
      if (!client || logs.has(pipeline, build.id)) continue;
      const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(longest)]);
      try {
        const lines = await readLog(client, build.id, signal);
        if (lines && !closing.signal.aborted) report(logs.keep(pipeline, build.id, lines));
      } catch (error) {
        if (!closing.signal.aborted) log('info', 'concourse.log-not-saved', { build: build.id, error });
      }
    }
  }

  return {
    ended(pipeline, watched, builds) {
      // The newest is read first.
      const more = builds.filter((build) => isOfInterest(watched, build)).sort((a, b) => a.id - b.id);
      waiting = [...waiting, ...more.map((build) => ({ pipeline, build }))].slice(-mostWaiting);
      // It never rejects.
      reading ??= readAll().finally(() => {
        reading = null;
      });
    },
    async close() {
      closing.abort();
      await reading;
    },
  };
}
