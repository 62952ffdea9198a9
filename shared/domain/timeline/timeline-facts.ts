import type { Freshness } from '../board/freshness';
import type { DeploymentKind, StartedBy } from '../history/deployment';
import type { Operation } from '../operation/operation';
import type { Rollout } from '../rollout/rollout';
import type { Workflow } from '../workflows/workflow';
import type { SavedStages } from './timeline';

/** A run of GitHub Actions on a version's commit that builds or deploys it. */
export interface RunFacts {
  name: string;
  /** `queued`, `in_progress`, `completed`… as GitHub says. */
  status: string;
  /** `success`, `failure`, `cancelled`…; `null` while it runs. */
  conclusion: string | null;
  startedAt: string | null;
  finishedAt: string | null;
  url: string | null;
}

/** A hook of a sync, from `status.operationState.syncResult.resources[]` with a `hookType`. */
export interface HookFacts {
  name: string;
  /** `PreSync`, `Sync`, `PostSync`, `SyncFail`. */
  type: string;
  /** `Running`, `Succeeded`, `Failed`, `Error`, `Terminating`. */
  phase: string;
  message: string | null;
  /** Times of its Job; `null`: not seen. */
  startedAt: string | null;
  finishedAt: string | null;
}

/** One Argo CD Application, as far as a timeline needs it. */
export interface ApplicationFacts {
  name: string;
  version: string | null;
  conditions: readonly { type: string; message: string }[];
  /** `status.operationState`. */
  operation: {
    phase: string;
    message: string | null;
    startedAt: string | null;
    finishedAt: string | null;
    /** The ledger's commit that was synced. */
    revision: string | null;
    hooks: readonly HookFacts[];
  } | null;
  /** `status.history[]`: full syncs that succeeded. */
  history: readonly { revision: string | null; startedAt: string | null; finishedAt: string }[];
  promote: boolean | null;
  automaticDeploys: boolean | null;
  /** Whether tests run after a sync; `null`: not said. */
  postSync: boolean | null;
}

/** Everything that a timeline is put together from. Nothing here is optional: what is not known is `null`. */
export interface TimelineFacts {
  /** ISO 8601 UTC: what nobody has seen to begin by a while after its time is not waited for any more. */
  now: string;
  app: string;
  environment: string;
  deployment: {
    commit: string;
    at: string;
    author: string;
    startedBy?: StartedBy | undefined;
    kind: DeploymentKind;
    from: string | null;
    to: string;
    operationId: string | null;
  };
  /** What came after it in the cell. */
  replaced: { version: string; at: string } | null;
  run:
    | { state: 'found'; run: RunFacts }
    /** GitHub was asked and knows none. */
    | { state: 'none' }
    | { state: 'unknown'; because: string };
  cluster: Freshness;
  /** What of it this person may never see: nothing follows from its not being seen. */
  hidden: { argo: boolean; workflows: boolean };
  applications: readonly ApplicationFacts[];
  rollouts: readonly Rollout[];
  /** Workflows `post-sync` of the version in the environment, newest first. */
  tests: readonly Workflow[];
  /** What was once observed of the version's tests in the environment. */
  observedTests: { what: 'tests-passed' | 'tests-failed'; at: string } | null;
  /** The environment after this one, `null` at the end of the chain. */
  next: {
    environment: string;
    /** The deployment of the same version there, after this one. */
    deployment: { at: string; kind: DeploymentKind } | null;
    /** Workflows `deploy-image` of the version there, newest first. */
    workflows: readonly Workflow[];
    /** Whether something holds promotions into it, in words. */
    heldBecause: string | null;
  } | null;
  /** The operation of this console that made it, when one did. */
  operation: Operation | null;
  saved: SavedStages | null;
}

/** How far clocks of different systems may be apart before a time counts as of before the commit, in milliseconds. */
export const clockTolerance = 5_000;

/**
 * A sync or rollout that begins later than this after the commit is not the one that brought it: the cluster has
 * forgotten that one (a later sync healed drift, a change of configuration rolled out the same version).
 */
export const ownTime = 24 * 3_600_000;

/** How long a stage that should follow by itself is waited for, in milliseconds. */
export const followTime = 15 * 60_000;
