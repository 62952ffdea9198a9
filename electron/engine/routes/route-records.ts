import { setTimeout as pause } from 'node:timers/promises';
import type { BegunOperation, EndedOperation } from '../../../shared/domain/attribution/operation-decisions';
import {
  monthOf,
  type OperationRecord as Recorded,
  type RecordedRoute,
} from '../../../shared/domain/attribution/operation-record';
import type { Decision } from '../../../shared/domain/bags/decisions';
import type { Failure } from '../../../shared/domain/failure/failure';
import { passingCodes } from '../../../shared/domain/failure/passing';
import { commitMessage } from '../../../shared/domain/ledger/trailers';
import type { Job } from '../../../shared/domain/operation/operation';
import type { OperationRecord } from '../../../shared/domain/operation/operation-reducer';
import { inBackground } from '../../log/log';
import { operationRecordRule } from '../operation-record';
import type { World } from '../world';
import { canRecord } from './can-record';

/** Operations that are older are left alone, in milliseconds: a snapshot holds records of the last months only. */
const youngerThan = 14 * 24 * 3_600_000;
/** Milliseconds until the first try again after a failure, doubled each time, and the longest wait. */
const firstWait = 1_000;
const longestWait = 10 * 60_000;

/** What the journal says that the records of the release repo should. */
interface Wanted {
  begun: BegunOperation;
  /** `null`: it is under way. */
  ended: EndedOperation | null;
}

/** The page and times of what a bot ran. */
function runOf(route: RecordedRoute, job: Job | undefined, name: string): Recorded['run'] {
  return {
    name,
    url: job?.url?.startsWith('https://') ? job.url : null,
    startedAt: job?.startedAt ?? null,
    // Actions only start what commits: its run may be over before.
    finishedAt: route === 'actions' ? null : (job?.finishedAt ?? null),
  };
}

/** What is to be recorded of an operation; `null`: nothing (it carries its own trailers, or has begun nothing). */
function wantedOf(
  { operation, effects }: OperationRecord,
  person: { name: string; email: string },
): Wanted | null {
  const { id, intent, actor, requestedAt, steps, jobs, workflows, commit } = operation;
  if (
    intent.kind !== 'deploy' &&
    intent.kind !== 'promote' &&
    intent.kind !== 'rollback' &&
    intent.kind !== 'reconcile'
  )
    return null;
  // What Reconcile writes is a rollback that was made before Git could be told.
  const kind = intent.kind === 'reconcile' ? 'rollback' : intent.kind;
  const begun = effects.get('commit');
  const { route, base, run } = begun?.data ?? {};
  if ((route !== 'workflow' && route !== 'actions') || typeof base !== 'string') return null;
  // Not started yet as far as is known, or refused at once: then another route is taken.
  if ((begun?.outcome === 'not-done' || begun?.outcome === 'pending') && run === undefined) return null;
  const step = steps.find(({ name }) => name === 'commit');
  const isOver = step?.state !== 'running' && step?.state !== 'waiting';
  const [job] = jobs.filter(({ kind }) => kind === (route === 'actions' ? 'github-workflow' : 'workflow'));
  const [workflow] = workflows;
  const name =
    route === 'workflow' && workflow ? `${workflow.namespace}/${workflow.name}` : (job?.name ?? null);
  const at = step?.finishedAt ?? operation.finishedAt ?? requestedAt;
  const shown = name === null ? null : runOf(route, job, name);
  return {
    begun: {
      operation: id,
      kind,
      app: intent.app,
      environment: intent.environment,
      imageTag: intent.version,
      by: actor,
      email: actor === person.name ? person.email : '',
      at: requestedAt,
      reason: intent.reason ?? '',
      override: [...(intent.override ?? [])],
      route,
      base,
    },
    ended: !isOver
      ? null
      : step?.state === 'succeeded' && commit !== null
        ? { operation: id, run: shown, at, state: 'landed', commit }
        : { operation: id, run: shown, at, state: step?.state === 'failed' ? 'not-landed' : 'unknown' },
  };
}

/** Failures that pass by themselves. */
const passing: ReadonlySet<Failure['code']> = new Set([
  ...passingCodes,
  'unknown-outcome',
  'conflict',
  'unauthorised',
]);

/**
 * Records in the release repo who asked for what a bot commits, and why, beside the operation: nobody waits for it. What is
 * to be recorded is read from the journal, so that it is not lost when Signalbox ends in between or the release repo is
 * away: it is tried again for as long as it takes, also after a restart. Writing twice changes nothing.
 * @param records all operations that the journal has.
 * @returns `look`: to be called when an operation changed.
 */
export function keepRouteRecords(
  world: Pick<World, 'ledger' | 'estate' | 'routes' | 'identity' | 'now' | 'log'>,
  records: () => readonly OperationRecord[],
  signal: AbortSignal,
): { look: () => void } {
  /** What was written, or is refused, by operation: how far it had come. */
  const settled = new Map<string, 'begun' | 'ended'>();
  let working = false;

  const open = (): Wanted[] => {
    const since = world.now().getTime() - youngerThan;
    const all = records().flatMap((record): Wanted[] => {
      const { id, requestedAt } = record.operation;
      if (settled.get(id) === 'ended' || Date.parse(requestedAt) < since || monthOf(id) === null) return [];
      const wanted = wantedOf(record, world.identity());
      if (wanted === null || (wanted.ended === null && settled.has(id))) return [];
      // Where they can't write, this console's journal alone knows who it was.
      return canRecord(world, wanted.begun) ? [wanted] : [];
    });
    return all;
  };

  /** @returns whether it is settled. */
  async function write({ begun, ended }: Wanted): Promise<boolean> {
    const what = `Record ${begun.kind} of ${begun.app}`;
    const rule = operationRecordRule(begun, ended);
    const written = await world.ledger.transact(
      {
        operationId: `${begun.operation}-record-${ended ? 'ended' : 'begun'}`,
        what,
        identity: world.identity(),
      },
      (snapshot) => {
        const decision: Decision = rule(snapshot);
        if (decision.kind !== 'change') return decision;
        const message = commitMessage(decision.subject, { operation: begun.operation, kind: 'record' });
        return { kind: 'change', records: decision.changes, message, value: null };
      },
      { signal },
    );
    if (!written.ok && passing.has(written.failure.code)) return false;
    if (!written.ok)
      world.log('warn', 'routes.record-not-written', {
        operation: begun.operation,
        reason: written.failure.message,
      });
    settled.set(begun.operation, ended ? 'ended' : 'begun');
    return true;
  }

  async function work(): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      const [next] = open();
      if (!next) return;
      if (await write(next)) failures = 0;
      else {
        await pause(Math.min(firstWait * 2 ** failures, longestWait), undefined, { signal });
        failures += 1;
      }
    }
  }

  const look = (): void => {
    if (working || signal.aborted || world.ledger.readOnlyBecause !== null || open().length === 0) return;
    working = true;
    inBackground(
      world.log,
      'routes.record-failed',
      work().finally(() => {
        working = false;
      }),
      { signal },
    );
  };
  return { look };
}
