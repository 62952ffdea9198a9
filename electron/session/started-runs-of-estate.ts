import type { Claim } from '../../shared/domain/attribution/claims';
import type { Estate } from '../../shared/domain/estate/estate';
import { routesOf } from '../../shared/domain/estate/routes-of';
import { sourceRepoName } from '../../shared/domain/estate/source-repo-name';
import type { ArchiveStore } from '../archive/archive-store';
import type { History } from '../history/open-history';
import type { Log } from '../log/log';
import type { GitHub } from '../systems/github/github-client';
import { runsBetween } from '../systems/github/workflow-history';
import { type StartedRuns, startedRuns } from './started-runs';

/** The workflow that deploys, where the estate file names no other: that of every app at GOV.UK. */
const usualWorkflow = 'deploy.yml';

/** Who started what bots committed, by the runs of the estate's apps; `null`: the estate names no GitHub for them. */
export function githubStarters(options: {
  estate: Estate;
  github: GitHub | null;
  history: Pick<History, 'feed' | 'status'>;
  archive: Pick<ArchiveStore, 'workflows'>;
  onFound: (claims: readonly Claim[]) => void;
  log: Log;
}): StartedRuns | null {
  const { estate, github, history, archive, onFound, log } = options;
  const place = estate.sources?.github;
  const repos = estate.sources?.repos ?? {};
  if (!github || !place) return null;
  const workflowIn = (environment: string): string => {
    const route = routesOf(estate, environment).find(({ kind }) => kind === 'actions');
    return route?.kind === 'actions' ? route.workflow : usualWorkflow;
  };
  return startedRuns({
    history,
    archive,
    workflowOf: (app, environment) => {
      try {
        return {
          owner: place.owner,
          repo: sourceRepoName(repos, app),
          workflow: workflowIn(environment),
        };
      } catch {
        // No repo can be called so: there are no runs to ask for.
        return null;
      }
    },
    runs: (workflow, from, to, signal) => runsBetween(github, workflow, from, to, signal),
    onFound,
    onFailure: (error) => log('warn', 'session.runs-not-read', { error }),
    now: Date.now,
  });
}
