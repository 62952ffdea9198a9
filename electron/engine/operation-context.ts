import type { Failure } from '../../shared/domain/failure/failure';
import type { AppIntent, Intent } from '../../shared/domain/operation/intent';
import type { Job, SupersededBy } from '../../shared/domain/operation/operation';
import type { OperationRecord } from '../../shared/domain/operation/operation-reducer';
import type { StepName } from '../../shared/domain/operation/steps';
import type { Finding } from '../../shared/domain/preflight/finding';
import type { World } from './world';

/** How a step ended. `unknown`: it may or may not be so, and nothing more will be learned. */
export type StepEnd =
  | { state: 'succeeded'; text?: string }
  | { state: 'failed'; failure: Failure }
  | { state: 'skipped'; because: string }
  | { state: 'unknown'; because: string }
  /** Another version is wanted there by now: the lane ends, and the operation as superseded. */
  | { state: 'superseded'; by: SupersededBy }
  /** The operation has become pointless and ends as cancelled: nothing was changed. */
  | { state: 'withdrawn'; because: string };

/** What became of a side effect. */
export interface EffectResult {
  outcome: 'done' | 'not-done' | 'unknown';
  text: string;
  commit?: string;
}

/** What a step sees of its operation, and how it tells what it does. */
export interface StepContext<I extends Intent = AppIntent> {
  readonly id: string;
  readonly intent: I;
  readonly step: StepName;
  readonly world: World;
  /** An earlier process began the operation: what it held in memory has to be found again. */
  readonly resumed: boolean;
  /** Aborted when the operation is cancelled or Signalbox ends; whatever waits must give up then. */
  readonly signal: AbortSignal;
  /**
   * Aborted when a cancellation was asked for while a side effect's data said `cancellable`: then `signal` is not, and the
   * step asks whoever is at work to stop, finds out what became of it, and ends.
   */
  readonly cancelled: AbortSignal;
  /** What is known by now, from the journal. */
  record(): OperationRecord;
  /** What the step waits for from now on, in words. */
  waiting(text: string | null): void;
  saw(text: string): void;
  findings(findings: readonly Finding[]): void;
  workflow(reference: { environment: string; namespace: string; name: string }): void;
  /** What is known of a job of a bag's deployment. */
  job(job: Job): void;
  /** Writes down that a side effect is about to happen. Throws when it cannot: then it must not happen. */
  intend(effect: string, text: string, data?: Record<string, unknown>): void;
  /** Writes down what became of it. */
  result(effect: string, result: EffectResult): void;
}

export type StepRun<I extends Intent = AppIntent> = (context: StepContext<I>) => Promise<StepEnd>;

/** What brings a version of an app somewhere, or watches it come. */
export type VersionIntent = Extract<AppIntent, { version: string }>;
