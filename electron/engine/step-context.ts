import type { Intent } from '../../shared/domain/operation/intent';
import type { OperationEvent } from '../../shared/domain/operation/operation-events';
import type { OperationRecord } from '../../shared/domain/operation/operation-reducer';
import type { StepName } from '../../shared/domain/operation/steps';
import type { StepContext } from './operation-context';
import type { World } from './world';

/**
 * What one step gets: everything that it tells becomes an event of its operation.
 * @param parts.alive throws while Signalbox ends: no new side effect begins then.
 */
export function stepContext(parts: {
  step: StepName;
  resumed: boolean;
  world: World;
  signal: AbortSignal;
  cancelled: AbortSignal;
  record: () => OperationRecord;
  append: (event: OperationEvent) => void;
  now: () => Date;
  alive: () => void;
}): StepContext<Intent> {
  const { step, append, record } = parts;
  const { id, intent } = record().operation;
  const here = (): { at: string; step: StepName } => ({ at: parts.now().toISOString(), step });
  return {
    id,
    intent,
    step,
    resumed: parts.resumed,
    world: parts.world,
    signal: parts.signal,
    cancelled: parts.cancelled,
    record,
    waiting: (waitingFor) => append({ type: 'progress', ...here(), waitingFor }),
    saw: (saw) => append({ type: 'progress', ...here(), saw }),
    findings: (findings) => append({ type: 'progress', ...here(), findings: [...findings] }),
    workflow: (workflow) => {
      const known = record().operation.workflows.some(
        (one) => one.name === workflow.name && one.environment === workflow.environment,
      );
      if (!known) append({ type: 'progress', ...here(), workflow });
    },
    job: (job) => {
      const known = record().operation.jobs.find(({ name }) => name === job.name);
      if (JSON.stringify(known) !== JSON.stringify(job)) append({ type: 'job', ...here(), job });
    },
    intend: (effect, text, data) => {
      parts.alive();
      append({ type: 'side-effect-intended', ...here(), effect, text, ...(data ? { data } : {}) });
    },
    result: (effect, { outcome, text, commit }) => {
      // Told while closing, anything but success may be about a request that was merely abandoned: the next start asks.
      if (outcome !== 'done') parts.alive();
      append({
        type: 'side-effect-result',
        ...here(),
        effect,
        outcome,
        text,
        ...(commit === undefined ? {} : { commit }),
      });
    },
  };
}
