/**
 * Which run of GitHub Actions led to a deployment that a bot committed, where that can be proved.
 *
 * What is there to go by, at GOV.UK: an app's `deploy.yml` is called "Deploy <gitRef> to <environment>" by its
 * `run-name`; its last step posts version and environment to Argo's event hook, with `promoteDeployment` true for a
 * release only, and Argo's deploy-image makes the commit (alphagov/govuk-infrastructure, actions-templates/deploy.yml and
 * .github/workflows/deploy.yml). Neither names the other. The commit is a merge that GitHub makes, so its time is of the
 * same clock as the run's.
 */

/** A run as GitHub lists it. Times are ISO 8601. */
export interface SeenRun {
  id: number;
  /** `display_title`: by the workflow's `run-name`. */
  title: string;
  /** `workflow_dispatch`, `release`, … */
  event: string;
  status: string;
  conclusion: string | null;
  /** Who began it, and who began its newest attempt: GitHub logins; `null`: not told. */
  actor: string | null;
  triggeringActor: string | null;
  attempt: number;
  createdAt: string;
  /** Of its newest attempt. */
  startedAt: string | null;
  /** Of a completed run: when it ended. */
  updatedAt: string;
  url: string | null;
}

/** A deployment of which it is not known who started it. */
export interface Unattributed {
  environment: string;
  version: string;
  /** ISO 8601: when it was committed. */
  at: string;
}

/** Who started it; that nothing proves it; or that it may be known later. */
export type StartedRun =
  | { is: 'proved'; run: SeenRun; by: string }
  | { is: 'open' }
  | { is: 'not-proved'; because: string };

/** Milliseconds that Argo may take from the end of the run to the commit: deploy-image tries five times within a minute. */
const argoTakes = 600_000;

const words = (title: string): string[] => title.split(/\s+/);

/** Whether a run is about a version and an environment, as far as its title says: both are words of it. */
const isAbout = ({ title }: SeenRun, { version, environment }: Unattributed): boolean =>
  words(title).includes(version) && words(title).includes(environment);

/** Whether a run can have led to a commit by the times alone. One that is not over may still. */
function mayHaveLed(run: SeenRun, at: number): boolean {
  // The first attempt may have, too, whenever the newest one began.
  if (Date.parse(run.createdAt) > at + 999) return false;
  return run.status !== 'completed' || at <= Date.parse(run.updatedAt) + argoTakes;
}

/**
 * The run that led to a deployment: one that a person dispatched, that says this version and this environment, that
 * succeeded in its first attempt, and beside which no other run about the same can have led to it.
 * @param runs all runs of the app's workflow that began in the day before the commit.
 */
export function runThatStarted(one: Unattributed, runs: readonly SeenRun[]): StartedRun {
  const at = Date.parse(one.at);
  const possible = runs.filter((run) => isAbout(run, one) && mayHaveLed(run, at));
  const [run] = possible;
  if (!run) return { is: 'not-proved', because: 'No run names this version and environment.' };
  if (possible.length > 1) return { is: 'not-proved', because: 'More than one run can have led to it.' };
  if (run.status !== 'completed') return { is: 'open' };
  if (run.event !== 'workflow_dispatch' || run.conclusion !== 'success')
    return { is: 'not-proved', because: 'The run was not started by a person, or failed.' };
  if (run.attempt !== 1 || run.actor === null || run.actor !== run.triggeringActor)
    return { is: 'not-proved', because: 'The run was started more than once.' };
  return { is: 'proved', run, by: run.actor };
}

/** A workflow of Argo that deploys, as it was seen. */
export interface SeenDeployWorkflow {
  labels: Readonly<Record<string, string>>;
  startedAt: string | null;
}

/** Put on what an event started (argo-workflows, `workflow/common`): the name of the binding. */
const startedByEvent = 'workflows.argoproj.io/workflow-event-binding';

/**
 * Whether somebody submitted the same to Argo by hand, so that its commit may be of that. What a console can't see of
 * Argo can't speak against it.
 * @param workflows of the app in the environment, for the version, that make commits.
 */
export function submittedByHand({ at }: Unattributed, workflows: readonly SeenDeployWorkflow[]): boolean {
  const end = Date.parse(at);
  return workflows.some(({ labels, startedAt }) => {
    const began = startedAt === null ? Number.NaN : Date.parse(startedAt);
    const isNear = Number.isNaN(began) || (began <= end + 120_000 && began >= end - argoTakes);
    return isNear && labels[startedByEvent] === undefined;
  });
}
