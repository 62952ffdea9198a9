import type { Failure } from '../../../shared/domain/failure/failure';
import type { ImageTagChange } from '../../../shared/domain/ledger/image-tag-edit';
import { type AppIntent, declarationOf, titleOf } from '../../../shared/domain/operation/intent';
import type { Finding } from '../../../shared/domain/preflight/finding';
import type { RecordChange } from '../../../shared/domain/records/record-change';
import { isByBot, type RouteKind, routeNames } from '../../../shared/domain/route/route';
import type { Snapshot } from '../../ledger/ledger';
import { changeImageTag } from '../../ledger/ledger-board';
import { outsideFacts } from '../app-preflight';
import type { StepContext, StepEnd } from '../operation-context';
import { byOthers } from '../routes/by-others';
import { proposeHere } from '../routes/pull-request-route';
import { routeTaken } from '../routes/route-taken';
import { leavingSyncs } from './end-sync';
import { gatherFacts, judge } from './preflight-step';
import { knownTests } from './tests';
import { at, endOf, type FullDecision, writeLedger } from './write-ledger';

/** Image-tag files by path and records, or why the change cannot be made. Pure. */
export type Change = { files: Map<string, string>; records: RecordChange[] } | { failure: Failure };
export type MakeChange<I extends AppIntent> = (snapshot: Snapshot, context: StepContext<I>) => Change;

/** One image-tag file changed in place, or the failure that names it. */
export function editFile(
  context: StepContext,
  snapshot: Snapshot,
  environment: string,
  change: ImageTagChange,
): { path: string; text: string } | { failure: Failure } {
  const place = { environment, app: context.intent.app };
  const changed = changeImageTag(snapshot, context.world.reader.layout, place, change);
  return changed.ok ? { path: changed.value.path, text: changed.value.text } : { failure: changed.failure };
}

/**
 * Why a commit that the ledger does not hold after a crash must not be sent again; `null`: it may. With the landing
 * `push` the compare-and-swap lets at most one of the two land, and `expected` guards the rest; anything else stays
 * unknown and is never repeated.
 */
function notAgain({ world, record }: StepContext): string | null {
  const age = world.now().getTime() - Date.parse(record().operation.requestedAt);
  if (world.estate.ledger.landing === 'push' && age <= world.limits.resume) return null;
  return `Signalbox closed while committing. The release repo at ${at(world.ledger.snapshot())} does not have the commit; it was not repeated.`;
}

/**
 * The commit of what is asked for an app. Findings are computed again on the very snapshot that lands; when they got
 * worse the operation stops and shows them.
 */
export const commit =
  <I extends AppIntent>(change: MakeChange<I>) =>
  async (context: StepContext<I>): Promise<StepEnd> => {
    const isDone = context.record().effects.get('commit')?.outcome === 'done';
    if (context.resumed && !isDone) await gatherFacts(context, false);
    const { world, intent } = context;
    for (;;) {
      const route = routeTaken(context);
      if ('failure' in route) return { state: 'failed', failure: route.failure };
      const { kind } = route;
      const end = isByBot(kind) ? await byOthers(context, kind) : await byPerson(context, kind, change);
      if (end.state !== 'failed' || end.failure.code !== 'forbidden') return end;
      // Only trying told: the next route is taken at once, since somebody may be waiting for a service to come back.
      world.routes.refused(intent, kind, `${end.failure.message} ${end.failure.meaning}`);
      const next = world.routes.plan(intent).taken;
      // Who chose a review, or any other way, did not choose that one.
      if (next === null || next === kind || ('route' in intent && intent.route)) return end;
      context.saw(`Refused: ${end.failure.message} Going on by ${routeNames[next]}.`);
    }
  };

/** A commit by the person, or proposed by them. Findings are computed again on the very snapshot that it is built upon. */
async function byPerson<I extends AppIntent>(
  context: StepContext<I>,
  route: RouteKind,
  make: MakeChange<I>,
): Promise<StepEnd> {
  const { world, id } = context;
  const intent: AppIntent = context.intent;
  const outside = outsideFacts(world, intent, id);
  const seen = [...context.record().seen, ...context.record().operation.findings];
  const tests = knownTests(context);
  let latest: Finding[] = [];
  const change = {
    effect: 'commit',
    kind: declarationOf(intent).deployment ?? intent.kind,
    what: titleOf(intent),
    decide: (snapshot: Snapshot): FullDecision<null> => {
      const { findings, failure } = judge(world, intent, snapshot, outside, seen);
      latest = findings;
      if (failure) return { kind: 'refusal', failure };
      const made = make(snapshot, context);
      if ('failure' in made) return { kind: 'refusal', failure: made.failure };
      const { files, records: changes } = made;
      return { kind: 'change', changes, files, subject: titleOf(intent), value: null };
    },
    reason: intent.reason,
    override: 'override' in intent ? intent.override : undefined,
    data: () => ({ route, tests, leaving: leavingSyncs(world, intent) }),
  };
  if (route === 'pull-request')
    return proposeHere(context, { ...change, findings: context.record().operation.findings });
  const written = await writeLedger(context, {
    ...change,
    waitingFor: 'Waiting for the commit to reach the release repo.',
    settled: { value: null },
    patience: 0,
    notAgain: () => notAgain(context),
  });
  if (latest.length > 0) context.findings(latest);
  return endOf(written);
}
