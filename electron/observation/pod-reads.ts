import { z } from 'zod';
import { ok, type Result } from '../../shared/domain/failure/failure';
import type { FailingPod, PodEvent } from '../../shared/domain/rollout/pod-trouble';
import type { Rollout, RolloutPod } from '../../shared/domain/rollout/rollout';
import { listObjects } from '../systems/kubernetes/objects';
import type { Connection, LogLine } from '../systems/kubernetes/types';
import { addLast } from './last-lines';
import type { Cluster } from './types';

const text = z.string().nullish().catch(null);
/** An Event (core/v1): old ones count, new ones (events.k8s.io) have a series and an eventTime. */
const eventSchema = z.object({
  type: text,
  reason: text,
  message: text,
  count: z.number().nullish().catch(null),
  series: z.object({ count: z.number().nullish(), lastObservedTime: text }).nullish().catch(null),
  firstTimestamp: text,
  lastTimestamp: text,
  eventTime: text,
  source: z.object({ component: text }).nullish().catch(null),
  reportingComponent: text,
});

/** Events are shown at most so many, the newest. */
const mostEvents = 20;
/** Lines at the end of the log. */
const tailLines = 30;
/** Milliseconds until the log is shown as far as it came. */
const logPatience = 5_000;

/** Events of a pod, newest first. */
async function podEvents(
  connection: Connection,
  pod: { namespace: string; name: string },
  signal: AbortSignal,
): Promise<Result<PodEvent[]>> {
  const listed = await listObjects(
    connection,
    {
      apiVersion: 'v1',
      plural: 'events',
      namespace: pod.namespace,
      fieldSelector: `involvedObject.kind=Pod,involvedObject.name=${pod.name}`,
    },
    { signal },
  );
  if (!listed.ok) return listed;
  const events = listed.value.flatMap((object): PodEvent[] => {
    const parsed = eventSchema.safeParse(object);
    if (!parsed.success) return [];
    const { data } = parsed;
    return [
      {
        at:
          data.series?.lastObservedTime ||
          data.lastTimestamp ||
          data.eventTime ||
          data.firstTimestamp ||
          null,
        type: data.type ?? 'Normal',
        reason: data.reason ?? '',
        message: data.message ?? '',
        count: data.series?.count ?? data.count ?? 1,
        source: data.source?.component || data.reportingComponent || '',
      },
    ];
  });
  return ok(events.sort((a, b) => (b.at ?? '').localeCompare(a.at ?? '')).slice(0, mostEvents));
}

/** How pods are asked about: events by the Kubernetes API, logs by whichever door gives them. */
interface PodsDoor {
  connection: Connection;
  followLog: Cluster['followLog'];
}

async function logTail(
  { followLog }: PodsDoor,
  request: { namespace: string; pod: string; container: string; previous: boolean },
  signal: AbortSignal,
): Promise<{ lines: LogLine[]; unknown: string | null }> {
  const lines: LogLine[] = [];
  let unknown: string | null = null;
  await followLog(
    { ...request, tailLines, follow: false },
    (event) => {
      if (event.type === 'lines') addLast(lines, event.lines, tailLines);
      if (event.type === 'state' && (event.state === 'failed' || event.state === 'gone'))
        unknown = event.text;
    },
    AbortSignal.any([signal, AbortSignal.timeout(logPatience)]),
  );
  return { lines: lines.slice(-tailLines), unknown: lines.length > 0 ? null : unknown };
}

/** A pod that fails, and whose it is: a Deployment's, or a hook's. */
export interface Failing {
  owner: string;
  pod: RolloutPod;
}

/** The first failing pod of each rollout. */
export const failingOf = (rollouts: readonly Rollout[]): Failing[] =>
  rollouts.flatMap((rollout) => {
    const pod = rollout.pods.find(({ name }) => name === rollout.failingPod);
    return pod ? [{ owner: rollout.deployment, pod }] : [];
  });

/** The trouble of the first of some failing pods, asked of the cluster now; `null`: none fails. */
export async function failingPodOf(
  door: PodsDoor,
  [failing]: readonly Failing[],
  signal: AbortSignal,
): Promise<FailingPod | null> {
  if (!failing) return null;
  const { owner, pod } = failing;
  const container = pod.lastTermination?.container ?? pod.containers[0] ?? '';
  const where = { namespace: pod.namespace, pod: pod.name, container };
  const [events, previous] = await Promise.all([
    podEvents(door.connection, pod, signal),
    // Of a container that is restarted, the log of the instance that ended says why.
    pod.restarts > 0 ? logTail(door, { ...where, previous: true }, signal) : null,
  ]);
  const isOld = previous !== null && previous.lines.length > 0;
  const log = isOld ? previous : await logTail(door, { ...where, previous: false }, signal);
  return {
    deployment: owner,
    pod,
    events: events.ok ? events.value : [],
    eventsUnknown: events.ok ? null : `${events.failure.message} ${events.failure.meaning}`,
    log: { container, previous: isOld, ...log },
  };
}
