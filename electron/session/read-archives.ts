import { setTimeout as pause } from 'node:timers/promises';
import type { Failure } from '../../shared/domain/failure/failure';
import type { Workflow } from '../../shared/domain/workflows/workflow';
import type { ArchiveStore } from '../archive/archive-store';
import type { ObservationStore } from '../archive/observations';
import { inBackground, type Log } from '../log/log';
import { testsOf } from '../observation/recorder';
import type { Cluster } from '../observation/types';
import { lifeController } from '../systems/life';

/** Milliseconds between two looks at an archive, and after one that failed. */
const lookEvery = 10 * 60_000;
const lookAgain = 60_000;
/** Of the newest so many is each look. */
const mostListed = 500;
/** So many are read whole in each look, newest first: the rest is read when somebody opens it. */
const mostRead = 60;

/**
 * Saves what Argo Workflows' archive has and the cluster has forgotten: so lists of workflows and the tests of a version go
 * back further than the time to live, also without a network.
 * @returns the stop.
 */
export function readArchives(options: {
  clusters: ReadonlyMap<string, Cluster>;
  archive: Pick<ArchiveStore, 'keepWorkflow' | 'workflows'>;
  observations: Pick<ObservationStore, 'record'>;
  report: (failure: Failure | null) => void;
  log: Log;
}): () => void {
  const closing = lifeController();
  for (const [environment, cluster] of options.clusters) {
    if (cluster.archive === null) continue;
    const looking = lookOn({ ...options, environment, cluster, signal: closing.signal });
    inBackground(options.log, 'archive.not-read', looking, { signal: closing.signal });
  }
  return () => closing.abort();
}

type Looking = Parameters<typeof readArchives>[0] & {
  environment: string;
  cluster: Cluster;
  signal: AbortSignal;
};

async function lookOn(options: Looking): Promise<void> {
  const { cluster, signal } = options;
  const { view } = cluster;
  for (;;) {
    // What the cluster has is told by its watch: before that is live, nobody knows what is in the archive alone.
    await live(view, signal);
    if (signal.aborted) return;
    const isDone = await look(options);
    // Rejects when it is closed.
    await pause(isDone ? lookEvery : lookAgain, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

async function look({
  environment,
  cluster,
  archive,
  observations,
  report,
  signal,
}: Looking): Promise<boolean> {
  const listed = await cluster.archive?.list(mostListed, signal);
  if (!listed?.ok) return false;
  const keep = (workflow: Workflow): void => {
    const at = workflow.finishedAt ?? workflow.startedAt ?? new Date().toISOString();
    report(archive.keepWorkflow(workflow, at));
    const tests = testsOf(workflow, at);
    if (tests) report(observations.record({ environment, ...tests }));
  };
  let read = 0;
  for (const workflow of listed.value) {
    if (signal.aborted) return false;
    const { namespace, name, labels, archivedUid } = workflow;
    if (cluster.view.workflow(namespace, name)) continue;
    const app = labels.repoName ?? '';
    const saved = archive
      .workflows({ app, environment, limit: 100 })
      .find((one) => one.workflow.namespace === namespace && one.workflow.name === name)?.workflow;
    if (saved?.archivedUid === archivedUid && saved?.nodes.length) continue;
    if (saved && saved.nodes.length > 0) {
      keep({ ...saved, ...(archivedUid === undefined ? {} : { archivedUid }) });
      continue;
    }
    read += 1;
    const whole = read > mostRead ? null : await cluster.archive?.whole(namespace, name, signal);
    if (whole && !whole.ok && ['unauthorised', 'unreachable', 'offline'].includes(whole.failure.code))
      return false;
    if (whole?.ok) keep(whole.value);
    else if (!saved) keep(workflow);
  }
  return true;
}

/** Resolves when workflows are seen as they are, or the signal is aborted. */
function live(view: Cluster['view'], signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const isLive = () => view.freshness('workflows').state === 'live';
    if (isLive() || signal.aborted) return resolve();
    const stop = view.onChange(() => {
      if (!isLive()) return;
      stop();
      resolve();
    });
    signal.addEventListener(
      'abort',
      () => {
        stop();
        resolve();
      },
      { once: true },
    );
  });
}
