import type { RouteConfig, RouteKind } from './routes';

/** The estate as far as routes go. */
export interface RoutedEstate {
  ledger: { landing: 'push' | 'merge-branch'; routes?: RouteConfig[] | undefined; github?: unknown };
  environments: readonly { name: string; routes?: RouteConfig[] | undefined }[];
  pipelines: readonly {
    kind: string;
    environments: readonly string[];
    routes?: RouteConfig[] | undefined;
  }[];
  sources?: { github?: unknown } | undefined;
}

/** The routes of an environment in order of preference: its own, else its pipeline's, else the release repo's. */
export function routesOf(estate: RoutedEstate, environment: string): readonly RouteConfig[] {
  const own = estate.environments.find(({ name }) => name === environment)?.routes;
  const pipeline = estate.pipelines.find(
    ({ environments, routes }) => routes !== undefined && environments.includes(environment),
  );
  return own ?? pipeline?.routes ?? estate.ledger.routes ?? [{ kind: estate.ledger.landing }];
}

/**
 * File names of the workflows in apps' repos that deploy: those of the estate's routes, and GOV.UK's own (developer docs,
 * "Deploy applications": `deploy.yml`), which is run where no route names it, too.
 */
export function deployWorkflows(estate: RoutedEstate): string[] {
  const routes = [estate.ledger, ...estate.environments, ...estate.pipelines].flatMap(
    (one) => one.routes ?? [],
  );
  const named = routes.flatMap((route) => (route.kind === 'actions' ? [route.workflow] : []));
  return [...new Set([...named, 'deploy.yml'])];
}

/** What the kinds need of the rest of the estate file, and why. */
const needs: Partial<Record<RouteKind, (estate: RoutedEstate) => string | null>> = {
  push: ({ ledger }) =>
    ledger.landing === 'push' ? null : 'needs `ledger.landing: push`, or leave it out there and here',
  'merge-branch': ({ ledger }) =>
    ledger.landing !== 'merge-branch'
      ? 'needs `ledger.landing: merge-branch`'
      : ledger.github
        ? null
        : 'needs `ledger.github`',
  'pull-request': ({ ledger }) => (ledger.github ? null : 'needs `ledger.github`'),
  actions: ({ sources }) => (sources?.github ? null : 'needs `sources.github`'),
};

/** Routes that the rest of the estate file does not carry: where, what stands there, and what it needs. */
export function routeProblems(
  estate: RoutedEstate,
): [path: (string | number)[], input: unknown, message: string][] {
  const lists: [(string | number)[], RouteConfig[] | undefined][] = [
    [['ledger', 'routes'], estate.ledger.routes],
    ...estate.environments.map(({ routes }, index): [(string | number)[], RouteConfig[] | undefined] => [
      ['environments', index, 'routes'],
      routes,
    ]),
    ...estate.pipelines.map(({ routes }, index): [(string | number)[], RouteConfig[] | undefined] => [
      ['pipelines', index, 'routes'],
      routes,
    ]),
  ];
  return lists.flatMap(([path, routes]) =>
    (routes ?? []).flatMap((route, index) => {
      const problem = needs[route.kind]?.(estate) ?? null;
      return problem === null
        ? []
        : [[[...path, index, 'kind'], route.kind, problem] satisfies [(string | number)[], unknown, string]];
    }),
  );
}
