import type { RolloutPod } from './rollout';

/**
 * What each reason means, as the end of a sentence that begins with "The new pods". Reasons of waiting containers:
 * kubernetes `pkg/kubelet/images/types.go`, `pkg/kubelet/kuberuntime/kuberuntime_container.go` and
 * `pkg/kubelet/container/sync_result.go`; of pods: `pkg/apis/core/types.go` (Unschedulable), `pkg/kubelet/eviction` (Evicted).
 */
const meanings: Readonly<Record<string, string>> = {
  CrashLoopBackOff: 'crash as they start',
  Error: 'crash as they start',
  RunContainerError: 'can’t be started',
  StartError: 'can’t be started',
  ContainerCannotRun: 'can’t be started',
  CreateContainerConfigError: 'need a ConfigMap or Secret that is missing',
  CreateContainerError: 'can’t be created',
  ImagePullBackOff: 'can’t pull their image',
  ErrImagePull: 'can’t pull their image',
  ErrImageNeverPull: 'can’t pull their image',
  InvalidImageName: 'name an image that is no image',
  RegistryUnavailable: 'can’t pull their image: the registry is unavailable',
  Unschedulable: 'find no room on any node',
  Evicted: 'were evicted from their node',
  OOMKilled: 'run out of memory',
};

/** Exit codes that say more than the reason (128 + signal: 137 is SIGKILL, 143 SIGTERM). */
const codes: Readonly<Record<number, string>> = { 126: 'not executable', 127: 'command not found' };

/** Said of a rollout whose deadline passed (condition ProgressDeadlineExceeded) without a pod that is in trouble. */
export const deadlineCause = 'The new pods were not ready before the rollout’s deadline.';

/**
 * Why the pods of a new version do not come up, in one sentence that names the cause and leaves the kubelet's bookkeeping
 * out (`back-off 40s restarting failed container=app pod=…`).
 */
export function podCause({
  reason,
  lastTermination,
}: Pick<RolloutPod, 'reason' | 'lastTermination'>): string {
  const ended = lastTermination;
  if (ended?.reason === 'OOMKilled') return 'The new pods run out of memory (OOMKilled).';
  const meaning = reason === null ? undefined : meanings[reason];
  if (meaning === undefined) return `The new pods are not ready${reason ? ` (${reason})` : ''}.`;
  const crashes = meaning === meanings.CrashLoopBackOff && ended !== null && ended.exitCode !== 0;
  const code = crashes ? `exit code ${ended.exitCode}` : null;
  const told = crashes ? codes[ended.exitCode] : undefined;
  const detail = code ? [code, told].filter(Boolean).join(', ') : reason;
  return `The new pods ${meaning} (${detail}).`;
}
