import type { PipelinePlace } from './answers';

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

/** The jobs that a deployment goes through after start-deploy, in their order. */
export const chainOfJobs = ({ jobs }: Pick<WatchedPipeline, 'jobs'>): string[] => [
  ...jobs.deploy,
  ...jobs.tests,
  jobs.completion,
];
