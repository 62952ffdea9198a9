import type { PipelinePlace } from './answers';
import type { JobRole } from './builds';

/** What of a Concourse is watched for one environment: the estate file's words, with nothing left out. */
export interface WatchedPipeline {
  environment: string;
  place: PipelinePlace;
  jobs: {
    /** `null`: bags are packed in another environment. */
    packBag: string | null;
    startDeploy: string;
    deploy: readonly string[];
    tests: readonly string[];
    completion: string;
    /** `null`: there is no such job. */
    forceUnlock: string | null;
    periodic: readonly string[];
  };
  bagResource: string;
  lockResource: string;
}

/** What a job is; `null`: none that the estate file names. */
export function roleOf({ jobs }: Pick<WatchedPipeline, 'jobs'>, job: string): JobRole | null {
  if (job === jobs.packBag) return 'pack-bag';
  if (job === jobs.startDeploy) return 'start-deploy';
  if (jobs.deploy.includes(job)) return 'deploy';
  if (jobs.tests.includes(job)) return 'test';
  if (job === jobs.completion) return 'completion';
  if (job === jobs.forceUnlock) return 'force-unlock';
  return jobs.periodic.includes(job) ? 'periodic' : null;
}

/** The jobs that a deployment goes through after start-deploy, in their order. */
export const chainOfJobs = ({ jobs }: Pick<WatchedPipeline, 'jobs'>): string[] => [
  ...jobs.deploy,
  ...jobs.tests,
  jobs.completion,
];
