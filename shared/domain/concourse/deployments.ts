import type { BagState } from '../bags/machine';
import type { Build } from './answers';
import { hasEnded, newestBuild, triesOf } from './builds';
import { chainOfJobs, type WatchedPipeline } from './pipeline-names';

/** A job of a deployment: its newest build of the bag, and how often it was tried. */
export interface DeploymentJob {
  job: string;
  build: Build | null;
  tries: number;
}

/** One deployment of a bag to an environment: from a start-deploy to the end of what followed it. */
export interface ConcourseDeployment {
  start: Build;
  jobs: readonly DeploymentJob[];
  state: BagState;
  /** When it came into that state; `null`: it has not begun. */
  since: string | null;
  /** Why it is stuck, in a sentence. */
  failure: string | null;
}

const failedWords = { failed: 'failed', errored: 'could not run', aborted: 'was aborted' } as const;
const isFailed = ({ status }: Build): boolean => status in failedWords;
const wordOf = ({ job, name, status }: Build): string =>
  `${job} #${name} ${failedWords[status as keyof typeof failedWords]}.`;

/**
 * The deployments of a bag in an environment, oldest first. What ran for the bag after one start-deploy and before the
 * next belongs to it: a job that somebody triggered, too.
 * @param builds all builds of the environment that took the bag
 * @param unlocks builds of the job that unlocks by force
 */
export function deploymentsOf(
  watched: Pick<WatchedPipeline, 'jobs'>,
  builds: readonly Build[],
  unlocks: readonly Build[],
): ConcourseDeployment[] {
  const ordered = [...builds].sort((a, b) => a.id - b.id);
  const starts = ordered.filter(({ job, rerunOf }) => job === watched.jobs.startDeploy && rerunOf === null);
  return starts.map((start, index) => {
    const until = starts[index + 1]?.id ?? Number.POSITIVE_INFINITY;
    const own = ordered.filter(({ id }) => id > start.id && id < until);
    const jobs = chainOfJobs(watched).map((job): DeploymentJob => {
      const tried = own.filter((one) => one.job === job);
      const build = newestBuild(tried);
      return { job, build, tries: build ? triesOf(tried, build).length : 0 };
    });
    return { start, jobs, ...stateOf(watched, start, jobs, unlocks) };
  });
}

function stateOf(
  { jobs: { deploy, tests, completion } }: Pick<WatchedPipeline, 'jobs'>,
  start: Build,
  jobs: readonly DeploymentJob[],
  unlocks: readonly Build[],
): Pick<ConcourseDeployment, 'state' | 'since' | 'failure'> {
  const of = (names: readonly string[]) => jobs.filter(({ job }) => names.includes(job));
  const begun = (some: readonly DeploymentJob[]) => some.flatMap(({ build }) => build ?? []);
  const at = (build: Build | undefined): string | null => build?.endedAt ?? build?.startedAt ?? null;
  const latest = (builds: readonly Build[]): string | null =>
    builds.map(at).reduce((a, b) => ((b ?? '') > (a ?? '') ? b : a), null);
  const [deploys, suites, ends] = [begun(of(deploy)), begun(of(tests)), begun(of([completion]))];
  if (deploys.length + suites.length + ends.length === 0) {
    if (!hasEnded(start)) return { state: 'queued', since: start.startedAt, failure: null };
    if (isFailed(start)) return { state: 'cancelled', since: start.endedAt, failure: wordOf(start) };
    const freed = unlockedAfter(start, unlocks);
    return freed
      ? { state: 'abandoned', since: freed.endedAt, failure: null }
      : { state: 'locked', since: start.endedAt, failure: null };
  }
  const done = ends.find(({ status }) => status === 'succeeded');
  if (done) return { state: 'done', since: done.endedAt, failure: null };
  const bad = [...deploys, ...suites, ...ends].filter(isFailed);
  const running = (builds: readonly Build[]) => builds.filter((one) => !hasEnded(one));
  const last = newestBuild([...deploys, ...suites, ...ends]);
  const freed = last && unlockedAfter(last, unlocks);
  if (freed && running([...deploys, ...suites, ...ends]).length === 0)
    return { state: 'abandoned', since: freed.endedAt, failure: bad[0] ? wordOf(bad[0]) : null };
  const failedDeploy = deploys.find(isFailed);
  if (failedDeploy)
    return { state: 'deploy-failed', since: failedDeploy.endedAt, failure: wordOf(failedDeploy) };
  if (running(deploys).length > 0 || deploys.length < of(deploy).length)
    return { state: 'deploying', since: running(deploys)[0]?.startedAt ?? latest(deploys), failure: null };
  if (suites.length === 0) return { state: 'deployed', since: latest(deploys), failure: null };
  if (running(suites).length > 0)
    return { state: 'testing', since: running(suites)[0]?.startedAt ?? null, failure: null };
  const failedTests = suites.filter(isFailed);
  if (failedTests.length > 0)
    return { state: 'test-failed', since: latest(failedTests), failure: failedTests.map(wordOf).join(' ') };
  if (suites.length < of(tests).length) return { state: 'testing', since: latest(suites), failure: null };
  const failedEnd = ends.find(isFailed);
  return { state: 'passed', since: latest(suites), failure: failedEnd ? wordOf(failedEnd) : null };
}

/** The forced unlock that came after a build, if any did. */
const unlockedAfter = ({ id }: Build, unlocks: readonly Build[]): Build | null =>
  newestBuild(unlocks.filter((one) => one.id > id && one.status === 'succeeded'));

/** Whether the bag's deploy began: from then on it is what runs there, failed ones included. */
export const hasReached = ({ jobs }: ConcourseDeployment): boolean =>
  jobs.some(({ build }) => build !== null && build.startedAt !== null);
