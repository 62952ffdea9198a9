import type { RecordedRoute } from '../../../shared/domain/attribution/operation-record';
import type { Decision } from '../../../shared/domain/bags/decisions';
import type { StepContext, StepEnd, VersionIntent } from '../operation-context';
import { beginOperationRecord, completeOperationRecord } from '../operation-record';
import { writeLedger } from '../steps/write-ledger';

/**
 * Whether records can be written at all: they lie apart from the protected branch, or the person commits to the branch
 * themselves. Else this console's journal alone knows who it was.
 */
function canRecord({ world, intent }: StepContext<VersionIntent>): boolean {
  if (world.estate.ledger.records) return true;
  const { app, environment } = intent;
  const { taken } = world.routes.plan({ kind: 'hold', app, environment, reason: 'x' });
  return taken === 'push' || taken === 'merge-branch';
}

/** One write of the record. What can't be written is said in the step, and costs nothing else. */
async function write(
  context: StepContext<VersionIntent>,
  effect: string,
  what: string,
  rule: (snapshot: Parameters<ReturnType<typeof beginOperationRecord>>[0]) => Decision,
): Promise<void> {
  const written = await writeLedger(context, {
    effect,
    kind: 'record',
    what,
    settled: { value: null },
    decide: rule,
    patience: 0,
  });
  if (!written.ok && written.failure.code !== 'not-found')
    context.saw(`Who asked for this is not recorded for others: ${written.failure.message}`);
}

/**
 * Carries a version by a bot's commit, and records in the release repo who asked for it and why: before anything is
 * started, side by side with it so that a rollback does not wait, and once more when it is known what became of it.
 */
export async function recorded(
  context: StepContext<VersionIntent>,
  route: RecordedRoute,
  carry: () => Promise<StepEnd>,
): Promise<StepEnd> {
  const { world, intent, id } = context;
  const { kind } = intent;
  const base = world.ledger.snapshot().commit;
  if (kind === 'nudge' || base === null || !canRecord(context)) return carry();
  const { name: by, email } = world.identity();
  const begun = write(
    context,
    'record-begun',
    `Record ${kind} of ${intent.app}`,
    beginOperationRecord({
      operation: id,
      kind,
      app: intent.app,
      environment: intent.environment,
      imageTag: intent.version,
      by,
      email,
      at: context.record().operation.requestedAt,
      reason: intent.reason ?? '',
      override: [...(intent.override ?? [])],
      route,
      base,
    }),
  );
  const [end] = await Promise.all([carry(), begun]);
  const { commit, jobs, workflows } = context.record().operation;
  const [job] = jobs;
  const [workflow] = workflows;
  const name = workflow ? `${workflow.namespace}/${workflow.name}` : (job?.name ?? null);
  await write(
    context,
    // Another route may be taken after one that was refused, and comes to an end of its own.
    `record-ended:${route}`,
    `Record the end of ${kind} of ${intent.app}`,
    completeOperationRecord({
      operation: id,
      run:
        name === null
          ? null
          : {
              name,
              url: job?.url?.startsWith('https://') ? job.url : null,
              startedAt: job?.startedAt ?? null,
              // Actions only start what commits: its run may be over before.
              finishedAt: route === 'actions' ? null : (job?.finishedAt ?? null),
            },
      at: world.now().toISOString(),
      ...(end.state === 'succeeded' && commit !== null
        ? { state: 'landed', commit }
        : { state: end.state === 'failed' ? 'not-landed' : 'unknown' }),
    }),
  );
  return end;
}
