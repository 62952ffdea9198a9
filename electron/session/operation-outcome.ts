import { subjectOf } from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import type { OperationOutcome } from '../archive/observations';

/** An operation's end as it is kept for good. */
export function outcomeOf({ id, intent, state, failure }: Operation, at: string): OperationOutcome {
  const { kind } = intent;
  const subject = subjectOf(intent);
  // A pipeline of bags stands in the place of the app; what is of the whole estate has none.
  const app = 'app' in subject ? (subject.app ?? '') : 'pipeline' in subject ? subject.pipeline : '';
  const environment = subject.environment ?? '';
  const version = 'version' in intent ? intent.version : 'bag' in intent ? `bag ${intent.bag}` : null;
  return { operationId: id, app, environment, kind, version, state, at, message: failure?.message ?? null };
}
