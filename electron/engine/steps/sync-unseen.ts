import type { Failure } from '../../../shared/domain/failure/failure';
import { shortVersion } from '../../../shared/domain/ledger/version';
import type { HookJob } from '../../../shared/domain/rollout/hook-job';
import type { Cluster } from '../../observation/types';
import type { StepContext, StepEnd, VersionIntent } from '../operation-context';
import { sessionOver, sightOf, untellable, versionsThere, workloadTopic } from './sight';
import {
  clusterMoves,
  isHiddenThere,
  isTimedOut,
  ledgerMoves,
  notLive,
  span,
  superseded,
  timePasses,
  waitUntil,
} from './wait';

/** What Argo CD does by itself, where it can't be asked (`timeout.reconciliation`: 120 s and up to 60 s of jitter). */
export const syncsByItself =
  'Argo CD syncs by itself within about 3 minutes; Signalbox can’t refresh it here';

/** Milliseconds after which it is looked at again although nothing changed: how long nothing has is told, too. */
const lookAgain = 10_000;
/** Milliseconds without a change from which on it is told that there was none: longer than Argo CD usually takes. */
const longQuiet = 4 * 60_000;

/** What is wrong with a hook's Job or pod of the app, where no sync tells of it. */
interface HookTrouble {
  /** As the subject of a sentence. */
  name: string;
  text: string;
  isOver: boolean;
}

const withoutStop = (text: string): string => text.replace(/\.$/, '');

const runOf = ({ namespace, name, startedAt }: HookJob): string => `${namespace}/${name}@${startedAt}`;

/** Runs of hooks that are over, and the pods of Jobs: of earlier syncs, where the wait has only just begun. */
const hooksBefore = ({ view }: Cluster, app: string): ReadonlySet<string> =>
  new Set([
    ...view
      .hookJobs(app)
      .filter(({ state }) => state === 'failed' || state === 'succeeded')
      .map(runOf),
    ...view.jobPods(app).map(({ name }) => name),
  ]);

/** The hook that keeps the sync, as its Job says, or its pods where Jobs can't be seen. */
function hookInTrouble(cluster: Cluster, app: string, before: ReadonlySet<string>): HookTrouble | null {
  for (const job of cluster.view.hookJobs(app)) {
    if (job.hooks.length === 0 || before.has(runOf(job))) continue;
    if (job.state === 'failed')
      return { name: `The sync hook ${job.name}`, text: `failed: ${job.message}`, isOver: true };
    if (job.trouble !== null) return { name: `The sync hook ${job.name}`, text: job.trouble, isOver: false };
  }
  if (!isHiddenThere(cluster, 'hooks')) return null;
  // Which Job it is of can't be seen: it may be a CronJob's.
  const pod = cluster.view.jobPods(app).find((one) => one.reason !== null && !before.has(one.name));
  return pod ? { name: `A Job’s pod, ${pod.name},`, text: `fails: ${pod.reason}`, isOver: false } : null;
}

const failedHook = (hook: HookTrouble, app: string, environment: string, version: string): Failure => ({
  code: 'refused',
  message: `${hook.name} of ${app} in ${environment} ${withoutStop(hook.text)}.`,
  meaning: `Argo CD has not applied ${shortVersion(version)}: the earlier version is still running.`,
  next: [
    { do: 'advice', label: 'Read the hook’s log, then roll back or deploy a version whose hook succeeds.' },
  ],
});

/**
 * The sync of an environment whose Applications can't be seen: Argo CD's own automated sync is waited for, which shows
 * in the images of the app's Deployments, or of its pods where those alone can be seen. A hook that fails (a migration)
 * keeps the Deployments as they are.
 * @returns `argo-seen`: Applications can be seen (again), and tell more.
 */
export async function syncSeenByWorkloads(
  context: StepContext<VersionIntent>,
  cluster: Cluster,
): Promise<StepEnd | 'argo-seen'> {
  const { world, intent } = context;
  const { app, environment, version } = intent;
  const wanted = shortVersion(version);
  const began = world.now().getTime();
  const known: { before: ReadonlySet<string> | null; hook: HookTrouble | null } = {
    before: null,
    hook: null,
  };
  const found = await waitUntil<StepEnd | 'argo-seen'>(context, {
    limit: world.limits.sync,
    sources: [clusterMoves(cluster, app), ledgerMoves(world), timePasses(lookAgain)],
    look: () => {
      const over = superseded(context);
      if (over) return { done: over };
      const sight = sightOf(cluster);
      if (sight.argo) return { done: 'argo-seen' };
      const topic = workloadTopic(sight);
      if (topic === null)
        return {
          done: {
            state: 'skipped',
            because: `Neither Argo CD nor what runs in ${environment} is visible to you. ${syncsByItself}.`,
          },
        };
      const away = notLive(cluster, topic);
      if (away !== null) return { waitingFor: away };
      known.before ??= hooksBefore(cluster, app);
      const cannot = untellable(context, cluster);
      if (cannot !== null) return { done: { state: 'skipped', because: `${cannot} ${syncsByItself}.` } };
      const there = versionsThere(context, cluster);
      if (there.has.length > 0)
        return { done: { state: 'succeeded', text: `Argo CD gave ${wanted} to ${there.has.join(', ')}.` } };
      const hook = hookInTrouble(cluster, app, known.before);
      known.hook = hook;
      const told = hook ? ` ${hook.name} ${withoutStop(hook.text)}.` : '';
      const quiet = world.now().getTime() - began;
      const unchanged =
        quiet < longQuiet || hook
          ? ''
          : ` Nothing has changed for ${span(quiet)}: automatic sync may be off, or a hook may be running.`;
      const ended = sessionOver(cluster);
      const what = there.behind.join(', ') || `a Deployment of ${app}`;
      return {
        waitingFor: `Waiting for ${what} in ${environment} to get ${wanted}. ${syncsByItself}.${told}${unchanged}${ended === null ? '' : ` ${ended}`}`,
      };
    },
  });
  if (!isTimedOut(found)) return found;
  if (known.hook?.isOver)
    return { state: 'failed', failure: failedHook(known.hook, app, environment, version) };
  return {
    state: 'unknown',
    because: `Argo CD has not applied ${wanted} within ${span(world.limits.sync)}, and why is not visible to you. ${found.waitingFor}`,
  };
}
