import type { Failure } from '../../shared/domain/failure/failure';
import type { ArchiveStore } from '../archive/archive-store';
import type { ObservationStore } from '../archive/observations';
import type { Log } from '../log/log';
import { keepFailingLogs } from '../observation/log-recorder';
import { recordHealth } from '../observation/recorder';
import type { Cluster } from '../observation/types';
import { keepWorkflows } from '../observation/workflow-keeper';

/**
 * Saves what clusters show and will forget: health, logs of what fails, workflows.
 * @param options.report is told how each write went.
 * @returns what ends it.
 */
export function keepWhatIsSeen(options: {
  clusters: ReadonlyMap<string, Cluster>;
  apps: () => string[];
  observations: ObservationStore;
  archive: ArchiveStore;
  report: (failure: Failure | null) => void;
  log: Log;
}): (() => void)[] {
  const { clusters, apps, observations, archive, report, log } = options;
  return [
    ...[...clusters.values()].map(({ view }) =>
      recordHealth({
        view,
        apps,
        record: (observation) => report(observations.record(observation)),
        now: () => new Date().toISOString(),
      }),
    ),
    ...[...clusters.values()].map((cluster) =>
      keepFailingLogs({
        cluster,
        apps,
        keep: (end) => report(observations.keepLog(end)),
        log,
        now: () => new Date().toISOString(),
      }),
    ),
    ...[...clusters.values()].map(({ view }) =>
      keepWorkflows({
        view,
        // Those of bags belong to no app.
        apps: () => [...apps(), ''],
        keep: (workflow, at) => report(archive.keepWorkflow(workflow, at)),
        now: () => new Date().toISOString(),
      }),
    ),
  ];
}
