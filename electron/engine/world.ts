import type { Estate } from '../../shared/domain/estate/estate';
import type { Failure } from '../../shared/domain/failure/failure';
import type { Intent } from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import type { HoursNow } from '../../shared/domain/preflight/deploy-hours';
import type { Finding } from '../../shared/domain/preflight/finding';
import type { Workflow } from '../../shared/domain/workflows/workflow';
import type { Announce } from '../announcements/announce';
import type { Identity, Ledger } from '../ledger/ledger';
import type { Log } from '../log/log';
import type { Cluster } from '../observation/types';
import type { ConcourseView } from '../systems/concourse/observe-concourse';
import type { PullRequests } from '../systems/github/pull-requests';
import type { WorkflowRuns } from '../systems/github/workflow-dispatch';
import type { AutopilotDecisions } from './bags/autopilot-decisions';
import type { CellHistory } from './cell-history';
import type { KnownOwners } from './code-owners';
import type { Emergencies } from './emergency/emergencies';
import type { ImageCache } from './image-cache';
import type { LedgerReader } from './ledger-reader';
import type { Observations, ReleaseNotes, RunWatch } from './ports';
import type { Routes } from './routes/routes';
import type { SourceCache } from './source-cache';
import type { WhoIsMe } from './who-is-me';

/**
 * How long steps wait until they say that they do not know, in milliseconds. Each covers a wait in the outside
 * world: Argo CD's own polling takes up to 180 s, migrations run as PreSync hooks, a Deployment's default progress
 * deadline is 600 s, and GOV.UK's post-sync tries flaky tests again with pauses of up to 16 minutes.
 */
export interface Limits {
  nudge: number;
  sync: number;
  /** How long Argo CD may take to end a sync that was terminated, before it is said that it does not. */
  terminate: number;
  /** How long a bot's commit may take to be seen on the branch after the run that asked for it succeeded. */
  landing: number;
  rollout: number;
  /** How long a post-sync workflow may take to appear after the rollout, and then to end. */
  testsAppear: number;
  tests: number;
  hold: number;
  /** How long the gate must have been shut with nothing on its way, since an event may lie in a queue. */
  settle: number;
  /** Up to this age an operation that had not committed yet is carried on after a restart. */
  resume: number;
  /** How long a job of a bag's deployment, or a test suite, may take. */
  job: number;
  /** How long a bag's deployment waits for a ledger that does not answer, before it says that it does not know. */
  ledger: number;
  /** The head start that whoever recorded a pass has with its tag, before any console makes it. */
  tag: number;
  /** How long a restart waits for clusters to be seen, and a deploy for what its source repo says. */
  look: number;
  /** Up to which consoles wait, each its own time, before a freeze is begun or thawed, so that mostly one alone does it. */
  stagger: number;
  /** How long a batch may take, reviews of its pull requests included. */
  batch: number;
  /** Between two looks at a pull request that was opened just now; later ones are further apart. */
  review: number;
}

export const defaultLimits: Limits = {
  nudge: 5 * 60_000,
  sync: 20 * 60_000,
  terminate: 30_000,
  landing: 10 * 60_000,
  rollout: 15 * 60_000,
  testsAppear: 2 * 60_000,
  tests: 45 * 60_000,
  hold: 10 * 60_000,
  settle: 3_000,
  resume: 2 * 60_000,
  job: 90 * 60_000,
  ledger: 30 * 60_000,
  tag: 10_000,
  look: 5_000,
  stagger: 2_000,
  batch: 7 * 24 * 60 * 60_000,
  review: 15_000,
};

/** Everything around an operation: what it acts on, and what it can look at. */
export interface World {
  readonly estate: Estate;
  readonly ledger: Ledger;
  readonly reader: LedgerReader;
  readonly clusters: ReadonlyMap<string, Cluster>;
  /** What is seen of each Concourse pipeline, by the pipeline's name. */
  readonly concourses: ReadonlyMap<string, ConcourseView>;
  /** How changes of apps land, by this person's rights. */
  readonly routes: Routes;
  readonly sources: SourceCache;
  readonly images: ImageCache;
  readonly history: CellHistory;
  readonly observations: Observations;
  readonly identity: () => Identity;
  readonly whoIsMe: WhoIsMe;
  readonly limits: Limits;
  readonly now: () => Date;
  /** When an earlier process of this console was last alive; `null`: none is known of. */
  readonly aliveBefore: string | null;
  /** How an environment stands to its deploy hours; `null`: it has none. */
  readonly hours: (environment: string) => HoursNow | null;
  /** Who owns files, as CODEOWNERS files name them. */
  readonly owners: KnownOwners;
  /** What the Release app says of apps; `null`: the estate names none. */
  readonly release: ReleaseNotes | null;
  /** Begins an operation as whoever asks for it does; under an id that the journal has, it was begun already. */
  readonly begin: (intent: Intent, seen: readonly Finding[], id: string) => Failure | null;
  /** Tells of every change of an operation; returns the unsubscribe. */
  readonly operationMoves: (listener: () => void) => () => void;
  /** One of this console's operations, by its id. */
  readonly operation: (id: string) => Operation | null;
  /** What emergency rollbacks left to be put back. */
  readonly emergencies: Emergencies;
  /** Operations that have not ended, newest last. */
  readonly open: () => readonly Operation[];
  /** This console's own autopilot, by pipeline of bags. */
  readonly consoleAutopilot: { get(pipeline: string): boolean; set(pipeline: string, on: boolean): void };
  /** What the autopilot decided since the start. */
  readonly decisions: AutopilotDecisions;
  /** Tells people what happened, where they asked for that; operations are told of by themselves. */
  readonly announce: Announce;
  readonly log: Log;
  /** Workflows of no app that were seen in an environment and kept: the cluster forgets them within days. */
  readonly savedWorkflows: (environment: string) => readonly Workflow[];
  /** Versions of a service that were published, newest first. Rejects with a FailureError. */
  readonly publishedVersions: (service: string, signal: AbortSignal) => Promise<readonly string[]>;
  /** Runs of GitHub Actions workflows; `null`: the estate names no GitHub. */
  readonly workflowRuns: WorkflowRuns | null;
  /** What is inside of them; `null`: the estate names no GitHub. */
  readonly runWatch: RunWatch | null;
  /** Pull requests of the release repo; `null`: the estate names no GitHub for it. */
  readonly pullRequests: PullRequests | null;
  /** The newest operation that runs in a cell, other than the given one. */
  readonly holder: (app: string, environment: string, except: string | null) => Operation | null;
}
