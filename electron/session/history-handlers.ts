import type { SavedOutcome, SeenOutcome } from '../../shared/domain/history/archived';
import type { DeploymentEvent } from '../../shared/domain/history/history-event';
import { seenOutcome } from '../../shared/domain/history/seen-outcome';
import type { Handlers } from '../ipc/dispatcher';
import { runGit } from '../systems/git/run-git';
import type { Session } from './open-session';
import { savedStages } from './saved-stages';

type HistoryHandlers = Pick<Handlers, Extract<keyof Handlers, `history.${string}`>>;

/** Excerpts of logs that one version in one environment shows. */
const shownLogs = 6;

/** Answers about the past: from the index, from what was kept of clusters, and from the repo. None asks a network. */
export function historyHandlers(session: Session): HistoryHandlers {
  const { history, observations, engine, ledger, estate } = session;

  /** How an operation ended: by the journal, which also knows what still runs; else as it was kept. */
  const outcomeOf = (operationId: string): SavedOutcome | null => {
    const known = engine.get(operationId);
    if (!known.ok) return observations.outcome(operationId);
    const { state, finishedAt, failure } = known.value;
    return { operationId, state, at: finishedAt, message: failure?.message ?? null };
  };
  const savedOf = (app: string, environment: string, version: string | null) => ({
    observations: observations.of(app, environment).filter((one) => one.version === version),
    logs: version === null ? [] : observations.logs({ app, environment, version, limit: shownLogs }),
  });

  /** What was seen of a deployment that no operation here made. */
  const seenOf = ({ app, environment, commit, to, at }: DeploymentEvent): SeenOutcome | null => {
    const saved = observations.savedDeployment(app, environment, commit);
    const observed = observations.of(app, environment).filter(({ version }) => version === to);
    return seenOutcome({ at }, saved && savedStages(saved), observed);
  };

  return {
    'history.status': () => history.status(),
    'history.retry': () => history.update(),
    'history.names': async () => ({
      ...(await history.names()),
      pipelines: estate.pipelines.map(({ name, environments }) => ({
        name,
        environments: [...environments],
      })),
    }),
    'history.feed': async (query) => {
      const page = await history.feed(query);
      const ids = new Set(page.events.flatMap(({ operationId }) => operationId ?? []));
      const outcomes = [...ids].flatMap((id) => outcomeOf(id) ?? []);
      const known = new Set(outcomes.map(({ operationId }) => operationId));
      const seen = page.events.flatMap((event) => {
        if (event.type !== 'deployment' || (event.operationId !== null && known.has(event.operationId)))
          return [];
        const found = seenOf(event);
        return found ? [[event.id, found] as const] : [];
      });
      return {
        ...page,
        outcomes: Object.fromEntries(outcomes.map((one) => [one.operationId, one])),
        seen: Object.fromEntries(seen),
      };
    },
    'history.story': ({ id }) => history.story(id),
    'history.outline': (query) => history.outline(query),
    'history.event': async ({ app, environment, version, commit, operationId }) => ({
      message:
        (await messageOf(ledger.gitDir, commit)) ??
        (ledger.recordsApart ? await messageOf(ledger.recordsApart.gitDir, commit) : null),
      outcome: operationId === null ? null : outcomeOf(operationId),
      saved: savedOf(app, environment, version),
    }),
    'history.board': (moment) => history.board(moment),
    'history.version': async ({ app, version }) =>
      (await history.versionHistory({ app, version })).map((run) => ({
        ...run,
        saved: savedOf(app, run.environment, version),
      })),
    'history.compare': ({ left, right }) => history.compare(left, right),
    'history.figures': (query) => history.figures(query),
  };
}

/** The whole message of a commit, as git shows it in UTF-8; `null` when the repo does not have it. */
async function messageOf(gitDir: string, commit: string): Promise<string | null> {
  const found = await runGit(
    ['log', '--no-walk', '--encoding=UTF-8', '--format=%B', '--end-of-options', commit],
    { gitDir, expectedCodes: [1, 128] },
  );
  return found.code === 0 ? found.stdout.toString('utf8').trimEnd() : null;
}
