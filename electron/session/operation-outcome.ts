import type { Failure } from '../../shared/domain/failure/failure';
import { subjectOf } from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import type { ObservationStore, OperationOutcome } from '../archive/observations';
import type { Engine } from '../engine/engine-types';

/** An operation's end as it is kept for good. */
function outcomeOf({ id, intent, state, failure }: Operation, at: string): OperationOutcome {
  const { kind } = intent;
  const subject = subjectOf(intent);
  // A pipeline of bags stands in the place of the app; what is of the whole estate has none.
  const app = 'app' in subject ? (subject.app ?? '') : 'pipeline' in subject ? subject.pipeline : '';
  const environment = subject.environment ?? '';
  const version = 'version' in intent ? intent.version : 'bag' in intent ? `bag ${intent.bag}` : null;
  return { operationId: id, app, environment, kind, version, state, at, message: failure?.message ?? null };
}

/** Keeps how operations end. @param options.onCommit an operation made a commit. @returns what stops it */
export const keepOutcomes = (options: {
  engine: Engine;
  observations: Pick<ObservationStore, 'recordOutcome'>;
  report: (failure: Failure | null) => void;
  onCommit: () => void;
}): (() => void) => {
  const { engine, observations, onCommit, report } = options;
  return engine.onChange((changes) => {
    for (const { topic, key } of changes) {
      const operation = topic === 'operation' && key !== null ? engine.get(key) : null;
      if (!operation?.ok) continue;
      const { commit, finishedAt } = operation.value;
      if (finishedAt !== null) report(observations.recordOutcome(outcomeOf(operation.value, finishedAt)));
      if (commit !== null) onCommit();
    }
  });
};
