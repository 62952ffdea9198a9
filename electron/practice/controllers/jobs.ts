import { type ControllerContext, nowOf, recordEvent } from './controller-context';
import { ownerOf } from './deployment-controller';
import type { Job, Pod } from './kubernetes-shapes';
import { ownerOfKind, queueWithPods } from './subscriptions';
import { WorkQueue } from './work-queue';

/** Runs Jobs: one pod each, which succeeds or, `backoffLimit` being 0, fails the Job. */
export function startJobController(
  context: ControllerContext,
  onError: (key: string, error: unknown) => void,
): void {
  const { store, clock, signal } = context;
  const queue = new WorkQueue({ clock, signal, onError, reconcile });
  queueWithPods(context, queue, 'Job', ownerOfKind('Job'));

  function reconcile(key: string): void {
    const [namespace = '', name = ''] = key.split('/');
    const job = store.get<Job>('Job', namespace, name);
    if (!job || jobOutcome(job) !== null) return;
    const now = nowOf(context);
    const pod = store
      .list<Pod>('Pod', { namespace })
      .find((one) => one.metadata.ownerReferences?.some((owner) => owner.uid === job.metadata.uid));
    if (!pod) {
      const { metadata, spec } = job.spec.template;
      const created = store.create<Pod>('Pod', {
        metadata: {
          generateName: `${name}-`,
          namespace,
          labels: { ...metadata.labels, 'batch.kubernetes.io/job-name': name, 'job-name': name },
          ownerReferences: [ownerOf(job)],
        },
        spec: { ...spec, nodeName: 'node-1' },
      });
      recordEvent(
        context,
        'job-controller',
        job,
        'Normal',
        'SuccessfulCreate',
        `Created pod: ${created.metadata.name}`,
      );
    }
    const phase = pod?.status?.phase;
    store.modify<Job>('Job', namespace, name, (draft) => {
      const startTime = draft.status?.startTime ?? now;
      if (phase === 'Succeeded') {
        draft.status = {
          startTime,
          completionTime: now,
          succeeded: 1,
          conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: now }],
        };
      } else if (phase === 'Failed') {
        draft.status = {
          startTime,
          failed: 1,
          conditions: [
            {
              type: 'Failed',
              status: 'True',
              reason: 'BackoffLimitExceeded',
              message: 'Job has reached the specified backoff limit',
              lastTransitionTime: now,
            },
          ],
        };
      } else {
        draft.status = { startTime, active: 1 };
      }
    });
  }
}

/** How a Job ended; null while it hasn't. */
export function jobOutcome(job: Job): 'complete' | 'failed' | null {
  const holds = (type: string) => job.status?.conditions?.some((c) => c.type === type && c.status === 'True');
  if (holds('Complete')) return 'complete';
  return holds('Failed') ? 'failed' : null;
}
