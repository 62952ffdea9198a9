import { z } from 'zod';
import type { HookJob } from './hook-job';

/** A hook of the sync that runs, or that ran last and failed, judged by its Job and its pods. */
export const hookStateSchema = z.object({
  application: z.string(),
  kind: z.string(),
  namespace: z.string().nullable(),
  name: z.string(),
  /** PreSync, Sync, PostSync, SyncFail. */
  type: z.string(),
  state: z.enum(['running', 'failing', 'failed']),
  /** Why it fails, or what it does, in a sentence without its end. */
  text: z.string(),
  /** The pod that shows why: its log or its events tell more. */
  pod: z.string().nullable(),
});
export type HookState = z.infer<typeof hookStateSchema>;

/** Characters of a pod's message that are shown: of a chain of errors, the begin and the cause at its end. */
const mostOfMessage = 200;
const end = 80;

const short = (text: string): string =>
  text.length > mostOfMessage ? `${text.slice(0, mostOfMessage - end)}…${text.slice(-end)}` : text;

/**
 * Reasons with which a container cannot start at all (kubelet `pkg/kubelet/images/types.go` and
 * `pkg/kubelet/kuberuntime/kuberuntime_container.go`; scheduler): the Job has no failure then, and Argo CD waits for ever.
 */
const cannotStart = (reason: string): boolean =>
  /^(ErrImage|Invalid|Registry|Signature)|ImagePullBackOff$|(Config|Container)Error$/.test(reason) ||
  reason === 'Unschedulable' ||
  reason === 'SchedulingGated';

/** What a Job's pods tell of it while it is not over; `null`: nothing is wrong. The newest pod counts. */
export function jobTrouble(job: Pick<HookJob, 'state' | 'failed' | 'pods'>): {
  text: string;
  pod: string | null;
} | null {
  if (job.state === 'succeeded' || job.state === 'failed') return null;
  // Newest first: an older pod's failure is told by the count of tries.
  const [pod] = job.pods;
  if (pod?.reason) {
    const message = pod.message ? `: ${short(pod.message)}` : '';
    const exit = pod.exitCode === null || pod.exitCode === 0 ? '' : `, exit code ${pod.exitCode}`;
    return {
      text: cannotStart(pod.reason)
        ? `can’t start: ${pod.reason}${message}`
        : `fails: ${pod.reason}${exit}${message}`,
      pod: pod.name,
    };
  }
  const failedPod = job.pods.find(({ phase }) => phase === 'Failed')?.name ?? null;
  if (job.failed > 0)
    return {
      text: `${job.failed} ${job.failed === 1 ? 'try has' : 'tries have'} failed; it will be retried`,
      pod: failedPod,
    };
  return null;
}

/** A hook as the sync's results tell of it. */
export interface HookResult {
  application: string;
  kind: string;
  namespace: string | null;
  name: string;
  type: string;
  /** Running, Succeeded, Failed, Error, Terminating. */
  phase: string;
  message: string | null;
}

/**
 * How a hook does. Argo CD waits for the hook's own object alone, without a limit, and looks at no pod of it: a Job
 * whose image can't be pulled stays Progressing for ever (gitops-engine `pkg/health/health_job.go`; for a hook that is
 * a pod `health_pod.go`, "we will prematurely fail the PreSync/PostSync hook").
 * @param job `null`: its kind is another, or it is not seen; `pod`: of a hook that is a pod itself.
 * @returns `null`: it succeeded.
 */
export function hookState(
  hook: HookResult,
  job: HookJob | null,
  pod: Pick<HookJob['pods'][number], 'name' | 'reason' | 'message' | 'exitCode'> | null,
): HookState | null {
  const { phase, message, ...names } = hook;
  if (phase === 'Succeeded') return null;
  if (phase === 'Failed' || phase === 'Error') {
    const found = failedPodOf(job, pod);
    const told = message || job?.message || `ended ${phase}`;
    return {
      ...names,
      state: 'failed',
      text: found ? `${told} (${found.text})` : told,
      pod: found?.pod ?? null,
    };
  }
  const pods = job
    ? job.pods
    : pod
      ? [{ ...pod, phase: '', namespace: '', containers: [], startedAt: null }]
      : [];
  const trouble = jobTrouble({ state: job?.state ?? 'running', failed: job?.failed ?? 0, pods });
  if (trouble) return { ...names, state: 'failing', ...trouble };
  if (job?.state === 'failed')
    return { ...names, state: 'failing', text: job.message, pod: failedPodOf(job, null)?.pod ?? null };
  return {
    ...names,
    state: 'running',
    text: job?.message ?? message ?? 'runs',
    pod: job?.pods[0]?.name ?? pod?.name ?? null,
  };
}

/** The newest pod of a failed hook that says why. */
function failedPodOf(
  job: HookJob | null,
  pod: Parameters<typeof hookState>[2],
): { pod: string; text: string } | null {
  const found = job?.pods.find(({ phase, reason }) => phase === 'Failed' || reason !== null) ?? pod;
  if (!found) return null;
  const exit = found.exitCode === null || found.exitCode === 0 ? null : `exit code ${found.exitCode}`;
  const why = [found.reason, exit, found.message && short(found.message)].filter(Boolean).join(', ');
  return { pod: found.name, text: why ? `${found.name}: ${why}` : found.name };
}
