import type { RunView } from '../../shared/domain/actions/run-view';
import type { Board } from '../../shared/domain/board/board';
import type { Result } from '../../shared/domain/failure/failure';
import type { Deployment } from '../../shared/domain/history/deployment';
import type { ReleaseSeen } from '../../shared/domain/notes/release-note';
import type { HealthObservation } from '../../shared/domain/preflight/rollback-target';
import type { JobLog, RepoPlace, RunDetails } from '../systems/github/run-details';

/** What the engine asks of the deployment history; `history-port.ts` makes it of the history worker. */
export interface DeploymentHistory {
  status(): Board['history'];
  /** The newest deployment of every cell, in no order that means anything. Rejects with a FailureError. */
  newest(): Promise<readonly Pick<Deployment, 'app' | 'environment' | 'commit'>[]>;
  /** Deployments of one cell, newest first. Rejects with a FailureError. */
  deployments(query: { app: string; environment: string; limit: number }): Promise<readonly Deployment[]>;
  /** Grows whenever deployments that were known tell of another person than before. */
  attributed(): number;
  /** Called when more is known than before. Returns the unsubscribe. */
  onChange(listener: () => void): () => void;
}

/**
 * What was observed of versions in cells, kept across starts. Reads are synchronous; the same array as long as
 * nothing was added.
 */
export interface Observations {
  of(app: string, environment: string): readonly HealthObservation[];
}

/** What the Release app says of apps, kept so that an action in a hurry asks nobody. */
export interface ReleaseNotes {
  /** Whether it is to be asked at all: somebody switched it on, and its token is there. */
  canAsk(): boolean;
  /** What is known; `null`: it was not asked yet. */
  peek(app: string): ReleaseSeen | null;
  /** Asks, unless that was done a moment ago; whoever aborts waits no longer. Never rejects. */
  load(app: string, signal: AbortSignal): Promise<void>;
  /** Called with an app when more is known of it. Returns the unsubscribe. */
  onChange(listener: (app: string) => void): () => void;
}

/** What is inside of the runs of GitHub Actions that operations start, and what of it is saved to be read offline. */
export interface RunWatch {
  readonly details: Pick<RunDetails, 'jobs' | 'approvals'>;
  /** A job's log: what was saved of it, else asked for and saved. */
  log(place: RepoPlace, job: number, signal: AbortSignal): Promise<Result<JobLog>>;
  /** Saves a run as it was seen last. */
  keep(operationId: string, view: RunView): void;
}
