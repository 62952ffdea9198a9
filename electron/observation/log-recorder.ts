import { setTimeout as pause } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import PQueue from 'p-queue';
import type { Rollout, RolloutPod } from '../../shared/domain/rollout/rollout';
import { areOfVersion } from '../../shared/domain/rollout/rollout-rules';
import type { Workflow } from '../../shared/domain/workflows/workflow';
import { inBackground, type Log, noLog } from '../log/log';
import { hasEnded } from '../systems/argo/read-workflow';
import { lifeController } from '../systems/life';
import { addLast } from './last-lines';
import { appsTouched, type Cluster, type ClusterChange } from './types';

/** The end of a log as it is kept. */
export interface LogEnd {
  app: string;
  environment: string;
  version: string;
  source: string;
  at: string;
  text: string;
}

/** Lines of one log that are read: its end tells why it failed. */
const tailLines = 400;
/** A log that takes longer than this is kept as far as it came, in milliseconds. */
const patience = 20_000;
/** A log that could not be read is asked for so often, after this many milliseconds and then twice as many. */
const attempts = 4;
const firstPause = 5_000;

interface Wanted {
  app: string;
  version: string;
  source: string;
  namespace: string;
  pod: string;
  container: string;
  previous: boolean;
}

/**
 * Keeps the end of the log of every pod that fails and of every test that failed, each once, since the cluster forgets
 * them with the pod. Two logs are read at a time; one that could not be read is asked for again.
 * @param options `now`: ISO 8601 UTC; `firstPause`: milliseconds before the second attempt.
 * @returns the stop.
 */
export function keepFailingLogs(options: {
  cluster: Pick<Cluster, 'view' | 'followLog'>;
  apps: () => readonly string[];
  keep: (log: LogEnd) => void;
  now: () => string;
  firstPause?: number;
  /** Left out: nothing is logged. */
  log?: Log;
}): () => void {
  const { cluster, keep, now, log = noLog } = options;
  const { view } = cluster;
  const asked = new Set<string>();
  const queue = new PQueue({ concurrency: 2 });
  const closing = lifeController();

  /** @returns whether there is nothing more to ask for: it was read, as far as there was anything. */
  const read = async ({ namespace, pod, container, previous, ...told }: Wanted): Promise<boolean> => {
    const lines: string[] = [];
    let failed = false;
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(patience)]);
    await cluster
      .followLog(
        { namespace, pod, container, previous, tailLines, follow: false },
        (event) => {
          if (event.type === 'lines')
            addLast(
              lines,
              event.lines.map(({ text }) => text),
              tailLines,
            );
          if (event.type === 'state') failed = event.state === 'failed' || event.state === 'reconnecting';
        },
        signal,
      )
      .catch((error: unknown) => {
        failed = true;
        if (!closing.signal.aborted) log('warn', 'archive.log-not-read', { pod, container, error });
      });
    const text = stripVTControlCharacters(lines.slice(-tailLines).join('\n')).trimEnd();
    if (text && !closing.signal.aborted) keep({ ...told, environment: view.environment, at: now(), text });
    return text !== '' || !(failed || signal.aborted);
  };

  const ask = async (one: Wanted): Promise<void> => {
    let wait = options.firstPause ?? firstPause;
    for (let attempt = 1; attempt <= attempts; attempt += 1) {
      if (await queue.add(() => read(one))) return;
      // Rejects when it is closed: asked next.
      await pause(wait, undefined, { signal: closing.signal, ref: false }).catch(() => undefined);
      if (closing.signal.aborted) return;
      wait *= 2;
    }
  };

  const wantedPods = (app: string): Wanted[] => {
    const version = view.applications(app)[0]?.version ?? null;
    return version === null ? [] : failingPods(view.rollouts(app), app, version);
  };
  const wantedTests = (app: string): Wanted[] =>
    view.workflows({ app, template: 'post-sync' }).flatMap((one) => failedTests(one, app));
  const want = (wanted: readonly Wanted[]): void => {
    for (const one of wanted) {
      const key = `${one.pod} ${one.container} ${one.previous}`;
      if (asked.has(key)) continue;
      asked.add(key);
      inBackground(log, 'archive.log-not-kept', ask(one), { pod: one.pod, signal: closing.signal });
    }
  };

  const lookAt = (changes: readonly ClusterChange[]): void => {
    if (view.freshness().state !== 'live') return;
    // Pods tell of one half and workflows of the other: most changes concern one of them.
    const ofPods = changes.filter(({ topic }) => topic !== 'workflow');
    for (const app of appsTouched(ofPods, options.apps)) want(wantedPods(app));
    const ofTests = changes.filter(({ topic }) => topic === 'workflow' || topic === 'freshness');
    for (const app of appsTouched(ofTests, options.apps)) want(wantedTests(app));
  };
  const stop = view.onChange(lookAt);
  lookAt([{ topic: 'freshness', app: null }]);
  return () => {
    stop();
    queue.clear();
    closing.abort();
  };
}

/** Pods that fail while the rollout is of the app's version: the log before the last restart says why. */
function failingPods(rollouts: readonly Rollout[], app: string, version: string): Wanted[] {
  const found = rollouts.flatMap(({ pods, failingPod }) => {
    if (failingPod === null) return [];
    const pod = pods.find(({ name }) => name === failingPod);
    const container = pod && (pod.lastTermination?.container ?? pod.containers[0]);
    // A container that never ran has no log.
    if (!pod?.lastTermination || !container) return [];
    const source = `Pod ${pod.name} / ${container}`;
    const { namespace, name } = pod;
    return [{ app, version, source, namespace, pod: name, container, previous: isRestarted(pod) }];
  });
  return found.length > 0 && areOfVersion(rollouts, version) ? found : [];
}

/** Whether the container that ended has been started again, or waits for it: its log is then the previous one. */
const isRestarted = ({ restarts }: RolloutPod): boolean => restarts > 0;

/** The steps of a test run that failed, but not of one that was stopped. */
function failedTests(workflow: Workflow, app: string): Wanted[] {
  const version = workflow.labels.imageTag;
  if (!version || !hasEnded(workflow) || workflow.shutdown || workflow.phase === 'Succeeded') return [];
  return workflow.nodes.flatMap(({ type, phase, pod, displayName }) =>
    type === 'Pod' && pod !== null && (phase === 'Failed' || phase === 'Error')
      ? [
          {
            app,
            version,
            source: `Workflow ${workflow.name} / ${displayName}`,
            namespace: workflow.namespace,
            pod,
            container: 'main',
            previous: false,
          },
        ]
      : [],
  );
}
