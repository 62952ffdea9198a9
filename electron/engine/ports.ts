import type { Board } from '../../shared/domain/board/board';
import type { Deployment } from '../../shared/domain/history/deployment';
import type { HealthObservation } from '../../shared/domain/preflight/rollback-target';

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
