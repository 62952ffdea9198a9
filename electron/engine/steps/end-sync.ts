import { z } from 'zod';
import { shortVersion } from '../../../shared/domain/ledger/version';
import type { AppIntent } from '../../../shared/domain/operation/intent';
import {
  fateOf,
  type StandingSync,
  type SyncAsk,
  syncSentence,
} from '../../../shared/domain/preflight/sync-in-the-way';
import { utcText } from '../../../shared/domain/text/utc-text';
import type { Cluster } from '../../observation/types';
import type { StepContext } from '../operation-context';
import { standingSync } from '../standing-syncs';
import type { World } from '../world';
import { askPatiently } from './outside';
import { clusterMoves, isTimedOut, notLive, span, waitUntil } from './wait';

/** Syncs of an app's Applications that are of the version that is being left, as the journal keeps them. */
const leavingSchema = z.array(z.object({ application: z.string(), startedAt: z.string() }));
type LeavingSync = z.infer<typeof leavingSchema>[number];

/**
 * Syncs that are of the version that is being left, noted with the commit: a source that names no version tells nothing
 * any more once the Application wants another one.
 */
export function leavingSyncs(world: World, intent: AppIntent): LeavingSync[] {
  if (!('expected' in intent) || intent.expected === null) return [];
  const details = world.clusters.get(intent.environment)?.view.applicationDetails(intent.app) ?? [];
  return details.flatMap(({ name, currentOperation: one }) =>
    one && one.state !== 'ended' && one.version === intent.expected && one.startedAt !== null
      ? [{ application: name, startedAt: one.startedAt }]
      : [],
  );
}

function notedWithCommit(context: StepContext, { application, operation }: StandingSync): boolean {
  const { data: noted } = leavingSchema.safeParse(context.record().effects.get('commit')?.data.leaving);
  return Boolean(
    noted?.some((one) => one.application === application && one.startedAt === operation.startedAt),
  );
}

function askOf(context: StepContext): SyncAsk | null {
  const { intent } = context;
  if (!('expected' in intent)) return null;
  const { kind, version: wanted, expected: left, syncs: answers = [] } = intent;
  return { kind, wanted, left, commit: context.record().operation.commit, answers };
}

const effectOf = (environment: string, { application, operation }: StandingSync): string =>
  `terminate:${environment}/${application}@${operation.startedAt}`;

/** Terminations that one step asked for, and what came of them. */
export interface Terminations {
  /** The sync of an Application that is to be terminated now, if one is. */
  next(application: string): StandingSync | null;
  /** What is waited for while a sync of an Application runs that stays, with since when; `null`: none runs. */
  waitsFor(application: string): string | null;
  /** Terminates it and waits until Argo CD has ended it, for a while: what does not end is told of by {@link waitsFor}. */
  end(sync: StandingSync): Promise<void>;
  /** Whether a sync was ended here: its failure is none of the version that is wanted. */
  hasEnded(application: string, startedAt: string | null): boolean;
}

/** How often a termination is asked for: Argo CD overwrites one that comes while it writes the end of an attempt. */
const tries = 5;

/**
 * Ends the syncs in the way of an operation, of which the person was told or which they chose. Argo CD works on one
 * operation per Application (controller/appcontroller.go): a sync that retries would otherwise come first, each time.
 */
export function terminations(context: StepContext, cluster: Cluster): Terminations {
  const { world, intent } = context;
  const { environment } = intent;
  const parentName = cluster.actions.parentApplication;
  const ask = askOf(context);
  /** By effect: when it was asked for, and how often. `refused`: why it was not possible. */
  const asked = new Map<string, { at: string; times: number; refused: string | null }>();

  const look = (application: string): StandingSync | null => {
    const detail = cluster.view.applicationDetail(application);
    return detail && standingSync(detail, application === parentName, world.now());
  };
  const isToEnd = (sync: StandingSync): boolean => {
    if (ask === null || sync.operation.startedAt === null) return false;
    if (!sync.operation.isVersionNamed && notedWithCommit(context, sync))
      return fateOf({ ...sync, operation: { ...sync.operation, version: ask.left } }, ask) === 'terminate';
    return fateOf(sync, ask) === 'terminate';
  };
  const nameOf = ({ application, operation }: StandingSync): string =>
    `the sync of ${application}${operation.version === null ? '' : ` to ${shortVersion(operation.version)}`}`;

  return {
    next: (application) => {
      if (cluster.actions.isBehind(application)) return null;
      const sync = look(application);
      if (!sync || !isToEnd(sync)) return null;
      const known = asked.get(effectOf(environment, sync));
      return known && (known.refused !== null || known.times >= tries) ? null : sync;
    },
    waitsFor: (application) => {
      const sync = look(application);
      if (!sync) return null;
      const known = asked.get(effectOf(environment, sync));
      const what = syncSentence(sync);
      const message = sync.operation.message ? `: ${sync.operation.message}` : '';
      if (known?.refused) return `${what}; it could not be terminated (${known.refused})${message}`;
      if (known) return `${what}; termination requested ${utcText(known.at)}${message}`;
      return `${what}${message}`;
    },
    hasEnded: (application, startedAt) =>
      startedAt !== null &&
      context.record().effects.has(`terminate:${environment}/${application}@${startedAt}`),
    end: async (sync) => {
      const effect = effectOf(environment, sync);
      const { application, operation } = sync;
      const name = nameOf(sync);
      const at = world.now().toISOString();
      const known = asked.get(effect);
      asked.set(effect, { at: known?.at ?? at, times: (known?.times ?? 0) + 1, refused: null });
      context.intend(effect, `Terminate ${name}.`);
      context.waiting(`Waiting for Argo CD in ${environment} to accept the termination of ${name}.`);
      const answer = await askPatiently(
        context,
        cluster,
        world.limits.sync,
        (signal) => cluster.actions.terminate(application, operation.startedAt, signal),
        'applications',
      );
      if (isTimedOut(answer) || !answer.ok) {
        const refused = isTimedOut(answer) ? `${environment} did not answer` : answer.failure.message;
        // Over already, or another one runs by now: the next look tells.
        const isOver = !isTimedOut(answer) && ['refused', 'conflict'].includes(answer.failure.code);
        if (!isOver) asked.set(effect, { at, times: tries, refused });
        context.result(effect, {
          outcome: isTimedOut(answer) ? 'unknown' : 'not-done',
          text: isOver
            ? `No need to terminate ${name}: ${refused}`
            : `Could not terminate ${name}: ${refused}`,
        });
        return;
      }
      context.result(effect, { outcome: 'done', text: `Terminated ${name}.` });
      await waitUntil(context, {
        limit: world.limits.terminate,
        sources: [clusterMoves(cluster, intent.app, parentName)],
        look: () => {
          const away = notLive(cluster, 'applications');
          if (away !== null) return { waitingFor: away };
          const now = look(application);
          const isSame = now?.operation.startedAt === operation.startedAt;
          if (!isSame) return { done: true };
          // Taken back by an attempt that ended in the same moment: asked for once more.
          if (now?.operation.state !== 'terminating' && !cluster.actions.isBehind(application))
            return { done: true };
          return { waitingFor: `Waiting for Argo CD to end ${name}, terminated ${utcText(at)}.` };
        },
      }).then((ended) => {
        if (isTimedOut(ended))
          context.saw(
            `Argo CD did not end ${name} within ${span(world.limits.terminate)}: its application controller may be stopped or busy.`,
          );
      });
    },
  };
}
