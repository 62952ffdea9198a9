import type { RouteKind } from '../../../shared/domain/estate/routes';
import { routeKindSchema } from '../../../shared/domain/estate/routes';
import type { Failure } from '../../../shared/domain/failure/failure';
import type { AppIntent } from '../../../shared/domain/operation/intent';
import { routeNames } from '../../../shared/domain/route/route';
import type { StepContext } from '../operation-context';

/**
 * The route on which an operation's commit was begun, by its journal; `null`: it was not, or was refused there. What ran
 * and failed (its data name the run) was begun.
 */
export function routeBegun(context: Pick<StepContext<AppIntent>, 'record'>): RouteKind | null {
  const begun = context.record().effects.get('commit');
  if (!begun || (begun.outcome === 'not-done' && begun.data.run === undefined)) return null;
  // What an older Signalbox began went straight to the branch.
  return routeKindSchema.catch('push').parse(begun.data.route);
}

/** The route that an operation's commit takes: the one on which it was begun, else the best that is open now. */
export function routeTaken(context: StepContext<AppIntent>): { kind: RouteKind } | { failure: Failure } {
  const begun = routeBegun(context);
  if (begun !== null) return { kind: begun };
  const plan = context.world.routes.plan(context.intent);
  const wanted = 'route' in context.intent ? (context.intent.route ?? null) : null;
  if (plan.taken !== null && (wanted === null || wanted === plan.taken)) return { kind: plan.taken };
  const closed = plan.routes.flatMap(({ access }) =>
    access.state === 'closed' ? [`${access.because}${access.remedy ? ` ${access.remedy}` : ''}`] : [],
  );
  return {
    failure: {
      code: 'forbidden',
      message:
        wanted === null
          ? `You have no way to make this change here. ${closed.join(' ')}`.trim()
          : `The chosen way, ${routeNames[wanted]}, is closed to you by now. ${closed.join(' ')}`.trim(),
      meaning: 'Nothing was changed.',
      next: [{ do: 'advice', label: 'Ask somebody who can, or have one of these opened.' }],
    },
  };
}
