import { isDeepStrictEqual } from 'node:util';
import type { Estate } from '../../../shared/domain/estate/estate';
import { gitHubOf, teamPage } from '../../../shared/domain/estate/github-pages';
import type { RouteConfig, RouteKind, RouteOf } from '../../../shared/domain/estate/routes';
import { routesOf } from '../../../shared/domain/estate/routes-of';
import { sourceRepoName } from '../../../shared/domain/estate/source-repo-name';
import { fail, type Result } from '../../../shared/domain/failure/failure';
import { failureOf } from '../../../shared/domain/failure/failure-of';
import { type AppIntent, declarationOf } from '../../../shared/domain/operation/intent';
import { chooseRoute } from '../../../shared/domain/route/choose-route';
import type { RouteAccess, RoutePlan, RouteView } from '../../../shared/domain/route/route';
import {
  type Asked,
  type RouteFacts,
  routeAccess,
  routeText,
} from '../../../shared/domain/route/route-access';
import type { Cluster } from '../../observation/types';
import type { RepoRights } from '../../systems/github/repo-rights';

/** How changes of apps land here, by this person's rights. */
export interface Routes {
  /** How an intent would land, by what is known now; nobody is asked. */
  plan(intent: AppIntent): RoutePlan;
  /** Asks what is not known, or was asked a while ago. Never rejects. */
  ask(intent: AppIntent, signal: AbortSignal): Promise<void>;
  /** Whether commits of the person's own land on the branch: what no route carries (locks, bags) lands so alone. */
  ownCommit(): RouteAccess;
  /** Asks for that what is not known, or was asked a while ago. Never rejects. */
  askOwnCommit(signal: AbortSignal): Promise<void>;
  /** Whether the person's records land where they lie, apart from the image tags. */
  recordsCommit(): RouteAccess;
  /** Asks for that, like {@link askOwnCommit}. */
  askRecordsCommit(signal: AbortSignal): Promise<void>;
  /** The team of an environment, and whether the person is in it, by what is known; `null`: the estate names none. */
  team(environment: string): (NonNullable<RouteFacts['team']> & { page: string | null }) | null;
  /** The settings of a kind of route to an environment; `null`: the estate does not list it there. */
  config<K extends RouteKind>(environment: string, kind: K): RouteOf<K> | null;
  /** A pull request to any of these environments, in their order; `null`: none of them lists one. */
  request(environments: readonly string[]): { route: RouteOf<'pull-request'>; access: RouteAccess } | null;
  /** Remembers that a route was refused in earnest, until the person's rights change or `refusalLasts` is over. */
  refused(cell: { app: string; environment: string }, kind: RouteKind, because: string): void;
}

/** Rights to run a workflow of GitHub Actions are those of the app's own repo. */
const refusalKey = (app: string, environment: string, kind: RouteKind): string =>
  kind === 'actions' ? `${environment} ${kind} ${app}` : `${environment} ${kind}`;

/** Milliseconds after which an answer is asked for again. */
const answerLasts = 60_000;
/** Milliseconds for which a refusal that was met closes a route. */
const refusalLasts = 10 * 60_000;

interface Answered<T> {
  at: number;
  asked: Asked<T>;
}

/**
 * @param rights GitHub, as far as the estate names it; `null`: it does not.
 * @param person how the Git identity is called, for routes that no system names the person for.
 */
export function createRoutes(options: {
  estate: Estate;
  clusters: ReadonlyMap<string, Cluster>;
  rights: RepoRights | null;
  readOnlyBecause: () => string | null;
  person: () => string;
  now: () => Date;
}): Routes {
  const { estate, clusters, rights } = options;
  const answers = new Map<string, Answered<unknown>>();
  const refusals = new Map<string, { at: number; because: string }>();
  let login: string | null = null;

  const known = <T>(key: string): Asked<T> =>
    (answers.get(key) as Answered<T> | undefined)?.asked ?? 'not-asked';

  async function load<T>(key: string, ask: () => Promise<Result<T>>): Promise<void> {
    const before = answers.get(key);
    const at = options.now().getTime();
    if (
      before &&
      at - before.at < answerLasts &&
      typeof before.asked === 'object' &&
      'answer' in before.asked
    )
      return;
    const answer = await ask().catch((error: unknown) => fail(failureOf(error)));
    const asked: Asked<T> = answer.ok
      ? { answer: answer.value }
      : { failure: `${answer.failure.message} ${answer.failure.meaning}` };
    answers.set(key, { at, asked });
    // What was refused may be allowed by what has changed; trying costs one round.
    if (before && answer.ok && !isDeepStrictEqual(before.asked, asked)) refusals.clear();
  }

  const askBranch = async (signal: AbortSignal): Promise<void> => {
    const { github, branch } = estate.ledger;
    if (rights && github) await load('repo', () => rights.branch({ ...github, branch }, signal));
  };

  /** The branch of records, where it lies in the release repo: of another repo only trying tells. */
  const recordsBranch = (): { owner: string; repo: string; branch: string } | null => {
    const { github, records, url } = estate.ledger;
    return github && records && (records.url ?? url) === url ? { ...github, branch: records.branch } : null;
  };
  /** A commit by the person onto a branch. */
  const directly = (
    kind: Estate['ledger']['landing'],
    branch: string,
    repo: RouteFacts['repo'],
  ): RouteAccess =>
    routeAccess(
      { kind },
      {
        app: '',
        environment: '',
        branch,
        readOnlyBecause: options.readOnlyBecause(),
        repo,
        submit: null,
        workflowFile: null,
        team: null,
        refused: new Map(),
      },
    );

  const fileKey = (app: string, { workflow, ref }: RouteOf<'actions'>): string =>
    `file ${app} ${workflow} ${ref}`;
  const teamKey = ({ org, team }: { org: string; team: string }): string => `team ${org}/${team}`;

  function teamOf(environment: string): RouteFacts['team'] {
    const team = estate.environments.find(({ name }) => name === environment)?.team;
    return team ? { name: team.team, membership: known(teamKey(team)) } : null;
  }

  function facts(app: string, environment: string, route: RouteConfig): RouteFacts {
    const refused = new Map<RouteKind, string>();
    const met = refusals.get(refusalKey(app, environment, route.kind));
    if (met && options.now().getTime() - met.at < refusalLasts) refused.set(route.kind, met.because);
    return {
      app,
      environment,
      branch: estate.ledger.branch,
      readOnlyBecause: options.readOnlyBecause(),
      repo: rights && estate.ledger.github ? known('repo') : null,
      submit: clusters.get(environment)?.view.access('submit-workflow') ?? null,
      workflowFile:
        rights && estate.sources?.github && route.kind === 'actions' ? known(fileKey(app, route)) : null,
      team: teamOf(environment),
      refused,
    };
  }

  const views = (app: string, environment: string): RouteView[] =>
    routesOf(estate, environment).map((route) => ({
      kind: route.kind,
      access: routeAccess(route, facts(app, environment, route)),
      text: routeText(route, route.kind === 'push' || login === null ? options.person() : login),
    }));

  return {
    plan: (intent) =>
      chooseRoute(
        views(intent.app, intent.environment),
        declarationOf(intent).lands,
        'route' in intent ? (intent.route ?? null) : null,
      ),
    ownCommit: () =>
      directly(
        estate.ledger.landing,
        estate.ledger.branch,
        rights && estate.ledger.github ? known('repo') : null,
      ),
    askOwnCommit: askBranch,
    recordsCommit: () => {
      const place = recordsBranch();
      return directly('push', estate.ledger.records?.branch ?? '', rights && place ? known('records') : null);
    },
    askRecordsCommit: async (signal) => {
      const place = recordsBranch();
      if (rights && place) await load('records', () => rights.branch(place, signal));
    },
    team: (environment) => {
      const found = teamOf(environment);
      const place = estate.environments.find(({ name }) => name === environment)?.team;
      const api = gitHubOf(estate);
      return found && { ...found, page: place && api ? teamPage(api, place.org, place.team) : null };
    },
    config: <K extends RouteKind>(environment: string, kind: K) =>
      routesOf(estate, environment).find((one): one is RouteOf<K> => one.kind === kind) ?? null,
    request: (environments) => {
      const found = environments
        .flatMap((name) => routesOf(estate, name).map((route) => ({ name, route })))
        .find(
          (one): one is { name: string; route: RouteOf<'pull-request'> } => one.route.kind === 'pull-request',
        );
      return found
        ? { route: found.route, access: routeAccess(found.route, facts('', found.name, found.route)) }
        : null;
    },
    refused: ({ app, environment }, kind, because) => {
      refusals.set(refusalKey(app, environment, kind), { at: options.now().getTime(), because });
    },
    ask: async ({ app, environment }, signal) => {
      const routes = routesOf(estate, environment);
      if (!rights || routes.length === 0) return;
      const asks: Promise<void>[] = [];
      // A single route is taken whatever the answer is: trying tells the same, without the wait.
      if (routes.length > 1) asks.push(askBranch(signal));
      const actions = routes.find((one) => one.kind === 'actions');
      const owner = estate.sources?.github?.owner;
      if (actions && owner)
        asks.push(
          load(fileKey(app, actions), async () =>
            rights.workflowFile(
              {
                owner,
                repo: sourceRepoName(estate.sources?.repos ?? {}, app),
                file: actions.workflow,
                ref: actions.ref,
              },
              signal,
            ),
          ),
        );
      const team = estate.environments.find(({ name }) => name === environment)?.team;
      if (team)
        asks.push(
          load(teamKey(team), async () => {
            const user = await rights.user(signal);
            if (!user.ok) return user;
            login = user.value.login;
            return rights.team({ ...team, login }, signal);
          }),
        );
      await Promise.all(asks);
    },
  };
}
