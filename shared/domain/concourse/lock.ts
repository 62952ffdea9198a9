import type { Build, ResourceVersion } from './answers';
import { hasEnded, newestBuild } from './builds';

/** Who has an environment's lock, as Concourse tells: its pool resource has no owner of its own. */
export type LockState =
  | { state: 'held'; by: Build; version: ResourceVersion }
  /** `by`: the completion or force-unlock that released it; `null`: it was never taken. */
  | { state: 'free'; by: Build | null; version: ResourceVersion | null }
  /** The newest version came out of no build: somebody changed the pool outside of Concourse. */
  | { state: 'changed-outside'; version: ResourceVersion }
  /** It came out of a job that is none of the lock's in the estate file. */
  | { state: 'unknown'; by: Build; version: ResourceVersion };

export interface LockJobs {
  startDeploy: string;
  /** Those that release it: completion and force-unlock. */
  release: readonly string[];
}

/**
 * The newest version of the lock's resource came out of the build that changed it last.
 * @param newest `null`: the resource has no version
 * @param outputOf the builds that put this version, as `…/versions/:id/output_of` lists them
 */
export function lockState(
  newest: ResourceVersion | null,
  outputOf: readonly Build[],
  jobs: LockJobs,
): LockState {
  if (!newest) return { state: 'free', by: null, version: null };
  const by = newestBuild(outputOf);
  if (!by) return { state: 'changed-outside', version: newest };
  if (by.job === jobs.startDeploy) return { state: 'held', by, version: newest };
  if (jobs.release.includes(by.job)) return { state: 'free', by, version: newest };
  return { state: 'unknown', by, version: newest };
}

/** Start-deploys that run without having the lock: they wait for it, in no order, each with the bag that it took (rule 5). */
export const waitersOf = (lock: LockState, startDeploys: readonly Build[]): Build[] =>
  startDeploys.filter((one) => one.status === 'started' && !(lock.state === 'held' && lock.by.id === one.id));

/** What a force-unlock meets: the job checks no holder, and the next that waits takes the lock at once. */
export interface UnlockRisk {
  /** Deploys and tests that run under the lock: refused while a deploy does, warned while a test does. */
  deploys: readonly Build[];
  tests: readonly Build[];
  /** Who takes it next; `null`: nobody waits. */
  next: Build | null;
}

export const unlockRisk = (
  lock: LockState,
  running: { startDeploys: readonly Build[]; deploys: readonly Build[]; tests: readonly Build[] },
): UnlockRisk => ({
  deploys: running.deploys.filter((one) => !hasEnded(one)),
  tests: running.tests.filter((one) => !hasEnded(one)),
  next: waitersOf(lock, running.startDeploys)[0] ?? null,
});
