import type { OutputOf, ParsedInputOf, Settings } from '../../shared/contract/contract';
import type { Cell } from '../../shared/domain/board/board';
import type { Freshness } from '../../shared/domain/board/freshness';
import { type Failure, FailureError, type Result } from '../../shared/domain/failure/failure';
import { ledgerFreshness } from '../engine/board-keeper';
import type { Handlers, StreamHandlers } from '../ipc/dispatcher';
import type { Cluster } from '../observation/types';
import { gitHubFailure, whoseToken } from '../systems/github/github-client';
import { argoHandlers } from './argo-handlers';
import { bagHandlers } from './bag-handlers';
import { clusterHandlers } from './cluster-handlers';
import { consentHandlers } from './consent-handlers';
import { exportHistory } from './history-export';
import { historyHandlers } from './history-handlers';
import { logHandlers } from './log-handlers';
import type { Session } from './open-session';
import { workflowHandlers } from './workflow-handlers';

type CredentialName = ParsedInputOf<'credentials.test'>['name'];

/** What the window's shell does for the handlers. */
export interface ShellServices {
  app: OutputOf<'session.get'>['app'];
  settings: { get(): Settings; set(change: Partial<Settings>): Settings };
  openExternal: (url: string) => boolean;
  /** Asks the person where to save; `null`: nowhere. `name` is without folder and extension. */
  chooseSaveFile: (name: string, format: 'txt') => Promise<string | null>;
  credentials: {
    describe(needed: readonly CredentialName[]): OutputOf<'credentials.get'>;
    set(change: ParsedInputOf<'credentials.set'>): void;
  };
  /** `null`: this is no practice estate. */
  practice: ((act: Parameters<Handlers['practice.act']>[0]) => Promise<string>) | null;
}

function unwrap<T>(result: Result<T>): T {
  if (!result.ok) throw new FailureError(result.failure);
  return result.value;
}

const refused = (message: string): FailureError => {
  const failure: Failure = { code: 'refused', message, meaning: 'Nothing was done.', next: [] };
  return new FailureError(failure);
};

const absent: Freshness = { state: 'absent' };

/** The environments in which a version is wanted. */
const environmentsWith = (cells: readonly Cell[], version: string): string[] =>
  cells.filter(({ ledger }) => ledger?.version === version).map(({ environment }) => environment);

/** Uses a credential once. A refusal is an answer here, not a failure of the call. */
async function testCredential(session: Session, name: CredentialName): Promise<OutputOf<'credentials.test'>> {
  if (name === 'ledger') {
    const seen = await session.ledger.refresh();
    return seen.ok
      ? {
          ok: true,
          text: `The ledger answers; its newest commit is ${seen.value.commit?.slice(0, 10) ?? 'not there yet'}.`,
        }
      : { ok: false, text: `${seen.failure.message} ${seen.failure.meaning}` };
  }
  if (!session.github) return { ok: false, text: 'This estate names no GitHub.' };
  try {
    const { account, scopes, expires } = await whoseToken(session.github);
    const may = scopes === null ? 'GitHub does not tell its scopes' : `scopes: ${scopes}`;
    return {
      ok: true,
      text: `GitHub knows it as ${account}; ${may}; ${expires ? `expires ${expires}` : 'no expiry told'}.`,
    };
  } catch (error) {
    const failure = gitHubFailure(error, 'the token');
    return { ok: false, text: `${failure.message} ${failure.meaning}` };
  }
}

/** A handler for every procedure of the contract, over one opened estate. */
export function createHandlers(
  session: Session,
  shell: ShellServices,
  changed: (topic: 'settings') => void,
): Handlers {
  const { engine, ledger, estate } = session;
  const clusterOf = (environment: string): Cluster | null => session.clusters.get(environment) ?? null;

  return {
    'session.get': () => ({
      estate: estate.name,
      mode: session.mode,
      readOnlyBecause: session.mode === 'read-only' ? 'This release repo was opened for reading only.' : null,
      actor: shell.settings.get().identity.name,
      app: shell.app,
      notices: session.notices(),
      ledger: {
        url: estate.ledger.url,
        branch: estate.ledger.branch,
        landing: estate.ledger.landing,
        freshness: ledgerFreshness(ledger),
      },
    }),
    'board.get': () => engine.board(),
    'board.cells': ({ apps }) => engine.cells(apps),
    'app.get': ({ app }) => unwrap(engine.app(app)),
    'app.deployments': async ({ app, environment, limit }) => {
      const found = await session.history.deployments({
        app,
        limit: limit + 1,
        ...(environment ? { environment } : {}),
      });
      return {
        deployments: found.slice(0, limit),
        more: found.length > limit,
        complete: session.history.status().phase === 'ready',
      };
    },
    'change.get': async ({ app, from, to }) =>
      session.sources
        ? session.sources.change(app, from, to)
        : { state: 'unknown', because: 'This estate names no source repos.' },
    'candidates.list': async ({ app, query, limit }) => {
      if (!session.sources) return { candidates: [], partial: null, freshness: absent };
      const cells = engine.cells([app]);
      const found = await session.sources.candidates(app, query, limit);
      return {
        candidates: found.listed.map((candidate) => ({
          ...candidate,
          runningIn: environmentsWith(cells, candidate.version),
        })),
        partial: found.partial,
        freshness: session.sources.freshness(),
      };
    },
    'preview.early': (intent) => engine.earlyPreview(intent),
    'preview.get': async (intent) => unwrap(await engine.preview(intent)),
    'operation.start': ({ intent, seen }) => unwrap(engine.start(intent, seen)),
    'operation.get': ({ operationId }) => unwrap(engine.get(operationId)),
    'operation.list': (filter) => engine.list(filter),
    'operation.cancel': ({ operationId }) => unwrap(engine.cancel(operationId)),
    'rollout.get': ({ app, environment }) => {
      const view = clusterOf(environment)?.view;
      if (!view) return { freshness: absent, applications: [], rollouts: [] };
      return {
        freshness: view.freshness('applications', 'rollouts', 'pods'),
        applications: [...view.applications(app)],
        rollouts: [...view.rollouts(app)],
      };
    },
    'workflow.list': ({ app, environment, version }) => {
      const view = clusterOf(environment)?.view;
      if (!view) return { freshness: absent, workflows: [] };
      return {
        freshness: view.freshness('workflows'),
        workflows: [...view.workflows({ app, ...(version ? { version } : {}) })],
      };
    },
    'workflow.get': ({ environment, namespace, name }) => {
      const workflow = clusterOf(environment)?.view.workflow(namespace, name);
      if (workflow) return workflow;
      throw new FailureError({
        code: 'not-found',
        message: `The workflow ${name} is not in ${environment}.`,
        meaning: 'It has not been seen yet, or its time to live ran out and the cluster forgot it.',
        next: [],
      });
    },
    ...argoHandlers(session, () => shell.settings.get().identity.name),
    ...bagHandlers(engine),
    ...clusterHandlers(session),
    ...consentHandlers(session.consents),
    ...historyHandlers(session),
    ...workflowHandlers(session),
    'deployment.timeline': ({ app, environment, commit }) => session.timelines.get(app, environment, commit),
    ...logHandlers(session, (name) => shell.chooseSaveFile(name, 'txt')),
    'settings.get': () => shell.settings.get(),
    'settings.set': (change) => {
      const settings = shell.settings.set(
        Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
      );
      changed('settings');
      return settings;
    },
    'credentials.get': () => shell.credentials.describe(session.neededCredentials),
    'credentials.set': (change) => {
      shell.credentials.set(change);
      // What was refused with the old credential is asked again at once; its failure shows as the ledger's freshness.
      void ledger.refresh();
      return shell.credentials.describe(session.neededCredentials);
    },
    'credentials.test': ({ name }) => testCredential(session, name),
    'shell.open-external': ({ url }) => {
      if (!shell.openExternal(url)) throw refused('Only https links without a password are opened.');
      return {};
    },
    'practice.act': async (act) => {
      if (!shell.practice) throw refused('This is no practice estate.');
      return { text: await shell.practice(act) };
    },
  };
}

/**
 * Streams over one opened estate. `onSettings` tells when settings changed; `chooseSaveFile` asks the person for a
 * place (`null`: none was chosen).
 */
export function createStreamHandlers(
  session: Session,
  onSettings: (listener: () => void) => () => void,
  chooseSaveFile: (name: string, format: 'csv' | 'json') => Promise<string | null>,
): StreamHandlers {
  return {
    events: (_input, send, signal) =>
      new Promise((resolve) => {
        const stops = [
          session.engine.onChange((changes) => send([...changes])),
          onSettings(() => send([{ topic: 'settings', key: null }])),
          session.onRunKnown((app) => send([{ topic: 'timeline', key: app }])),
          session.consents.onChange(() => send([{ topic: 'consent', key: null }])),
        ];
        signal.addEventListener('abort', () => {
          for (const stop of stops) stop();
          resolve();
        });
      }),
    export: async ({ filter, format }, send, signal) => {
      const file = await chooseSaveFile(`${session.estate.name} history`, format);
      if (file === null) return send({ type: 'not-chosen' });
      await exportHistory({ history: session.history, filter, format, file, send, signal });
    },
    logs: (input, send, signal) => session.logs.open(input, send, signal),
  };
}
