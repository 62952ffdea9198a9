import path from 'node:path';
import type { PastChange } from '../../shared/domain/concourse/past';
import type { Estate } from '../../shared/domain/estate/estate';
import type { Failure } from '../../shared/domain/failure/failure';
import type { BuildLogArchive } from '../archive/build-logs';
import { openConcourseArchive } from '../archive/concourse-archive';
import { concourseLine } from '../history/concourse-line';
import type { Log } from '../log/log';
import type { ConcourseView } from '../systems/concourse/observe-concourse';
import { keepConcourse } from './keep-concourse';
import { saveBuildLogs } from './save-build-logs';

/** What is kept of the estate's Concourses beyond what they keep themselves. */
export interface ConcoursePast {
  /** Where the history reads it; left out: the estate has no Concourse. */
  readonly line: { concourse?: { repo: string; branch: string } };
  readonly logs: BuildLogArchive;
  /** What was lost of it, for a person. */
  readonly notice: string | null;
  /** Says whom to call when the history has more to read. */
  onMore(listener: () => void): void;
  /** Ends it, once what is being written is there. */
  close(): Promise<void>;
}

/**
 * Keeps what is seen, from now on. To be called before anything was seen.
 * @param options.folder of the estate. @param options.report a fault of the file costs what it would have kept, nothing else
 */
export function keepConcoursePast(options: {
  estate: Estate;
  views: ReadonlyMap<string, ConcourseView>;
  folder: string;
  log: Log;
  report: (failure: Failure | null) => void;
}): ConcoursePast {
  const { estate, folder, log, report, views } = options;
  const archive = openConcourseArchive(path.join(folder, 'concourse.sqlite'));
  const line = concourseLine(path.join(folder, 'concourse-history.git'));
  const hasConcourse = estate.pipelines.some(({ kind }) => kind === 'concourse');
  let onMore = (): void => undefined;
  let writing: Promise<void> = Promise.resolve();
  if (archive.notice !== null) log('warn', 'concourse.set-aside', { notice: archive.notice });
  const write = async (changes: readonly PastChange[]): Promise<void> => {
    try {
      if (await line.write(changes)) onMore();
    } catch (error) {
      log('error', 'concourse.history-not-written', { error });
    }
  };
  const logs = saveBuildLogs({
    clientOf: (pipeline) => views.get(pipeline)?.client ?? null,
    logs: archive.logs,
    log,
    report,
  });
  const stop = keepConcourse({
    estate,
    views,
    archive,
    now: () => new Date(),
    onPast: (changes) => {
      writing = write(changes);
      return writing;
    },
    onEnded: logs.ended,
    report,
  });
  return {
    line: hasConcourse ? { concourse: { repo: line.repo, branch: line.branch } } : {},
    logs: archive.logs,
    notice: archive.notice,
    onMore(listener) {
      onMore = listener;
    },
    async close() {
      stop();
      await Promise.all([writing, logs.close()]);
      archive.close();
    },
  };
}
