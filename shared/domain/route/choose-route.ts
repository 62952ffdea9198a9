import type { RouteKind, RouteNeed, RoutePlan, RouteView } from './route';
import { isByBot } from './route';

/** Whether a route can carry all of a change. A bot writes one version of one app, and nothing else. */
const carries = (kind: RouteKind, needs: readonly RouteNeed[]): boolean =>
  !isByBot(kind) || needs.every((need) => need === 'version');

/** Whether a route is tried: it is open, or only trying can tell. One that is refused then makes way for the next. */
const isUsable = ({ access }: RouteView): boolean => access.state !== 'closed';

const bestOf = (routes: readonly RouteView[]): RouteView | null => routes.find(isUsable) ?? null;

/**
 * How a change lands, by the estate's order of preference. A change with a version that comes with flags (a rollback and
 * its hold) takes the first route that carries the version *at once*, so that nobody waits for a review; its flags go by
 * the best route that carries files.
 * @param wanted the route that the person chose; ignored where it can't carry the version, or is closed.
 */
export function chooseRoute(
  routes: readonly RouteView[],
  needs: readonly RouteNeed[],
  wanted: RouteKind | null = null,
): RoutePlan {
  const split = needs.includes('version') && needs.includes('files');
  const first: readonly RouteNeed[] = split ? ['version'] : needs;
  const fit = routes.filter(({ kind }) => carries(kind, first));
  const chosen = fit.find((one) => one.kind === wanted && isUsable(one));
  const atOnce = fit.filter(({ kind }) => kind !== 'pull-request');
  const taken = chosen ?? bestOf(atOnce) ?? bestOf(fit);
  return {
    taken: taken?.kind ?? null,
    rest: split && taken !== null && !carries(taken.kind, needs) ? restOf(routes) : null,
    routes: routes.map((view) => ({ ...view, carries: carries(view.kind, first) })),
  };
}

/** How what a bot can't carry lands: the flags of a rollback's hold. */
export function restOf(routes: readonly RouteView[]): NonNullable<RoutePlan['rest']> {
  const best = bestOf(routes.filter(({ kind }) => carries(kind, ['files'])));
  if (best === null)
    return {
      taken: null,
      text: 'Nothing here can carry the hold: automatic deploys stay on, and a new promotion can replace this version.',
    };
  return best.kind === 'pull-request'
    ? {
        taken: best.kind,
        text: 'The hold goes as a pull request and works once it is merged. Until then Signalbox stops promotions of this app while it runs, where you may.',
      }
    : { taken: best.kind, text: 'The hold is committed separately, right after.' };
}
