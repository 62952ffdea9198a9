import path from 'node:path';
import type { Estate } from '../../shared/domain/estate/estate';
import type { Failure } from '../../shared/domain/failure/failure';
import type { BuildLogArchive } from '../archive/build-logs';
import { openConcourseArchive } from '../archive/concourse-archive';
import { concourseLine } from '../history/concourse-line';
import type { Log } from '../log/log';
import { keepConcourse } from './keep-concourse';
import type { Concourses } from './open-concourses';
import { saveBuildLogs } from './save-build-logs';

/** What is kept of the estate's Concourses beyond what they keep themselves. */
export interface ConcoursePast {
  /** Where the history reads it; left out: the estate has no Concourse. */
  readonly line: { concourse?: { repo: string; branch: string } };
  readonly logs: BuildLogArchive;
  /** What was lost of it, for a person. */
  readonly notice: string | null;
  /** Keeps what is seen from now on. @param onHistory the history has more to read. @returns what stops it */
  keep(concourses: Concourses, onHistory: () => void): () => void;
  close(): void;
}

/** @param options.folder of the estate. @param options.report a fault of the file costs what it would have kept, nothing else */
export function openConcoursePast(options: {
  estate: Estate;
  folder: string;
  log: Log;
  report: (failure: Failure | null) => void;
}): ConcoursePast {
  const { estate, folder, log, report } = options;
  const archive = openConcourseArchive(path.join(folder, 'concourse.sqlite'));
  const line = concourseLine(path.join(folder, 'concourse-history.git'));
  const hasConcourse = estate.pipelines.some(({ kind }) => kind === 'concourse');
  if (archive.notice !== null) log('warn', 'concourse.set-aside', { notice: archive.notice });
  return {
    line: hasConcourse ? { concourse: { repo: line.repo, branch: line.branch } } : {},
    logs: archive.logs,
    notice: archive.notice,
    keep({ views }, onHistory) {
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
        onPast: async (changes) => {
          try {
            if (await line.write(changes)) onHistory();
          } catch (error) {
            log('error', 'concourse.history-not-written', { error });
          }
        },
        onEnded: logs.ended,
        report,
      });
      return () => {
        stop();
        logs.close();
      };
    },
    close: () => archive.close(),
  };
}
