import type { AppIntent } from '../../../shared/domain/operation/intent';
import { restOf } from '../../../shared/domain/route/choose-route';
import { isByBot, routeNames } from '../../../shared/domain/route/route';
import type { Snapshot } from '../../ledger/ledger';
import { takeHold } from '../commit-hold';
import type { StepContext, StepEnd } from '../operation-context';
import { proposeHere } from '../routes/pull-request-route';
import { routeBegun } from '../routes/route-taken';
import { endOf, type FullDecision, writeLedger } from './write-ledger';

/** Whether a rollback's hold comes after its version, since a bot carries the version alone. */
function isHoldApart(context: Pick<StepContext, 'record'>): boolean {
  const route = routeBegun(context);
  return route !== null && isByBot(route);
}

/**
 * What became of the request of a hold that comes apart; `withdrawn`: by the person. `null`: it does not, or the step has
 * ended well.
 */
export function holdRequest(context: Pick<StepContext, 'record'>): 'pending' | 'failed' | 'withdrawn' | null {
  if (!isHoldApart(context)) return null;
  const step = context.record().operation.steps.find(({ name }) => name === 'hold-request');
  if (!step || step.state === 'succeeded') return null;
  if (step.state === 'waiting' || step.state === 'running') return 'pending';
  return step.state === 'skipped' && context.record().cancelRequested ? 'withdrawn' : 'failed';
}

/** Who withdraws the request takes back nothing of the version: the operation goes on. */
const withoutHold = (end: StepEnd): StepEnd =>
  end.state === 'withdrawn'
    ? {
        state: 'skipped',
        because: `The hold request was withdrawn: automatic deploys stay on. ${end.because}`.trim(),
      }
    : end;

type Rollback = Extract<AppIntent, { kind: 'rollback' | 'reconcile' }>;

/**
 * The hold of a rollback whose version was carried by a bot, by the best route that carries files. A pull request is
 * waited for as long as it takes; meanwhile `hold-effective` stops promotions.
 */
export async function requestHold(context: StepContext<Rollback>): Promise<StepEnd> {
  const { world, intent } = context;
  if (!isHoldApart(context)) return { state: 'skipped', because: 'The commit includes the hold.' };
  const hold = {
    effect: 'hold-request',
    kind: 'hold',
    what: `Hold automatic deploys of ${intent.app} in ${intent.environment}`,
    decide: (snapshot: Snapshot): FullDecision<null> => {
      const made = takeHold(snapshot, context);
      if ('failure' in made) return { kind: 'refusal', failure: made.failure };
      const { files, records: changes } = made;
      return { kind: 'change', changes, files, subject: hold.what, value: null };
    },
    reason: intent.reason,
  };
  // One that was begun is gone on with, whatever is open now.
  if (context.record().effects.get('hold-request')?.data.route === 'pull-request')
    return withoutHold(await proposeHere(context, { ...hold, findings: [] }));
  for (;;) {
    const rest = restOf(world.routes.plan(intent).routes);
    if (rest.taken === null) return { state: 'unknown', because: rest.text };
    const end =
      rest.taken === 'pull-request'
        ? withoutHold(await proposeHere(context, { ...hold, findings: [] }))
        : endOf(
            await writeLedger(context, {
              ...hold,
              waitingFor: 'Waiting for the hold’s commit to reach the release repo.',
              settled: { value: null },
              patience: world.limits.ledger,
            }),
          );
    if (end.state !== 'failed' || end.failure.code !== 'forbidden') return end;
    // As for the version: what is refused makes way for the next.
    world.routes.refused(intent, rest.taken, `${end.failure.message} ${end.failure.meaning}`);
    const next = restOf(world.routes.plan(intent).routes).taken;
    if (next === null || next === rest.taken) return end;
    context.saw(`Refused: ${end.failure.message} Going on by ${routeNames[next]}.`);
  }
}
