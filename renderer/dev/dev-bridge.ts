import type { Bridge } from '../../shared/contract/bridge';
import { type ProcedureName, procedures } from '../../shared/contract/contract';
import { usualDesktop } from '../../shared/contract/session';
import { defaultBoardSettings } from '../../shared/domain/board/board-view';
import { type Failure, FailureError, fail, ok, type Result } from '../../shared/domain/failure/failure';
import { failureOf } from '../../shared/domain/failure/failure-of';
import type { Change } from '../../shared/domain/ledger/change';
import type { AppIntent } from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import type { Finding } from '../../shared/domain/preflight/finding';
import { devAbout } from './about';
import { devAccounts } from './accounts';
import { devAnnouncements } from './announcements';
import type { Answers } from './answers';
import { argoAnswers } from './argo';
import { devClusterStatus } from './cluster';
import { devConnect } from './connect';
import { type DevOptions, devBoard, hoursAgo, live } from './dev-board';
import { devDiagnostics } from './diagnostics';
import { devEstates } from './estates';
import { historyAnswers } from './history';
import { devLogStream, devLogs } from './logs';
import { devOperations } from './operations';
import { devTimeline } from './timeline';

const noSignIn = {
  notOffered: 'To sign in with a code instead of a token, the estate file needs ledger.github.clientId.',
  host: '',
  scopes: [],
  now: { state: 'idle' as const },
};

const people = ['Ada Marsh', 'Kofi Osei', 'Lena Virtanen'] as const;

/** One of some values after the other. */
const turn = <T>(values: readonly [T, ...T[]], index: number): T =>
  values[index % values.length] ?? values[0];

function changeOf(from: string, to: string, commits: number): Change {
  return {
    state: 'known',
    from,
    to,
    direction: 'forward',
    commits: Array.from({ length: commits }, (_, index) => ({
      sha: `${(index * 7919 + 4099).toString(16).padStart(8, '3')}`.repeat(5),
      subject:
        [
          'Cache the links of drafts for a minute',
          'Bump rails from 8.0.1 to 8.0.2',
          'Answer 404 instead of 500 when a locale is missing in the expanded links of a withdrawn document',
        ][index % 3] ?? '',
      author: turn(people, index),
      at: hoursAgo(index * 3),
      pullRequest:
        index % 4 === 3
          ? null
          : { number: 3200 - index, url: `https://example.org/pull/${3200 - index}`, title: null },
    })),
    lost: [],
    migrations: commits > 3 ? ['db/migrate/20260301101010_add_index_to_links.rb'] : [],
    truncated: false,
    migrationsPartial: false,
    url: 'https://example.org/compare',
  };
}

const findingsOf = (intent: AppIntent): Finding[] => {
  const pass = (message: string, evidence: string): Finding => ({
    code: 'other',
    level: 'pass',
    message,
    evidence,
    overridable: true,
  });
  const findings = [
    pass('The version is published.', 'image registry, 2 min ago'),
    pass('No other operation runs there.', 'journal'),
    pass('No sync window is closed.', 'AppProject default'),
    pass('The environment answers and is live.', 'watch, 1 s ago'),
  ];
  if (intent.kind === 'rollback' && intent.app !== 'whitehall') return findings;
  if (intent.kind === 'hold' || intent.kind === 'release-hold') return findings;
  return [
    ...findings,
    {
      code: 'migration',
      level: 'warn',
      message: 'Includes 1 migration.',
      evidence: 'db/migrate/20260301101010_add_index_to_links.rb',
      overridable: true,
    },
    {
      code: 'tests-failed-before',
      level: 'unknown',
      message: 'Whether the tests passed in staging is not known.',
      evidence: 'No test workflow of this version found in staging.',
      overridable: true,
    },
  ];
};

/** The sample estate has no pipeline of bags. */
const noBags = (): never => {
  throw new FailureError({
    code: 'not-found',
    message: 'There is no such pipeline.',
    meaning: 'This estate has no pipeline of bags.',
    next: [],
  });
};

function operationOf(id: string): Operation {
  const found = devOperations.find((each) => each.id === id);
  if (found) return found;
  throw new FailureError({
    code: 'not-found',
    message: 'There is no such operation.',
    meaning: 'It may be older than what is kept.',
    next: [],
  });
}

const conflict: Failure = {
  code: 'conflict',
  message: 'staging changed to v1060 after you opened this (it was v1059).',
  meaning: 'Nothing was deployed. The environment changed after you opened this.',
  next: [{ do: 'advice', label: 'Review it, then confirm again.' }],
};

/** Answers of fixtures; every one goes through the contract's schema, so that fixtures cannot drift from it. */
export function devBridge(options: DevOptions): Bridge {
  const board = () => devBoard(options);
  const settings = {
    colourScheme: options.scheme as 'auto' | 'light' | 'dark',
    notifications: true,
    board: defaultBoardSettings,
    desktop: usualDesktop,
    identity: { name: 'Ada Marsh', email: 'ada.marsh@example.org' },
    signCommits: false,
  };
  let starts = 0;
  const answers: Answers<typeof procedures> = {
    'bags.pipelines': () => [],
    'bags.pipeline': noBags,
    'bags.list': noBags,
    'bags.get': noBags,
    'bags.compare': noBags,
    'bags.pack-preview': noBags,
    'bags.preview': noBags,
    'bags.periodic': () => [],
    'bags.this-console': ({ on }) => ({ on }),
    'freezes.list': () => ({ timeZone: 'Europe/London', freezes: [], unread: [] }),
    'freezes.preview': () => ({ findings: [] }),
    'records.get': () => null,
    'records.check': () => [],
    'records.create': () => null,
    'records.move': () => ({ copied: 0, deleted: 0, differing: [], notDeleted: null }),
    ...devAbout,
    ...devAccounts,
    ...devEstates(),
    ...devConnect(),
    ...devDiagnostics,
    ...devAnnouncements,
    'concourse.sign-in': () => ({ state: 'idle' }),
    'concourse.start-sign-in': () => ({ state: 'idle' }),
    'concourse.cancel-sign-in': () => ({ state: 'idle' }),
    'concourse.fly-targets': () => ({ targets: [] }),
    'concourse.use-fly-target': () => ({ state: 'idle' }),
    'concourse.confirm-sign-in': () => ({ state: 'idle' }),
    'github.sign-in': () => noSignIn,
    'github.start-sign-in': () => noSignIn,
    'github.cancel-sign-in': () => noSignIn,
    'consent.list': () => ({ waiting: [], given: [] }),
    'consent.allow': () => ({ waiting: [], given: [] }),
    'consent.withdraw': () => ({ waiting: [], given: [] }),
    'session.get': () => ({
      estate: options.state === 'read-only' ? 'release-repo' : 'Practice estate of the harbour',
      mode: options.state === 'read-only' ? 'read-only' : 'practice',
      readOnlyBecause:
        options.state === 'read-only'
          ? 'The release repo was opened with --ledger: it can be read, not changed.'
          : null,
      actor: 'Ada Marsh',
      production: true,
      notices: [],
      app: {
        version: '0.1.0',
        runtime: 'Electron 33.2.1',
        chromium: '130.0',
        node: '20.18.1',
        platform: 'linux x64',
        fallbackRuntime: true,
      },
      ledger: {
        url: 'http://127.0.0.1:4000/release.git',
        branch: 'main',
        landing: 'push',
        freshness: live(),
      },
    }),
    'board.get': board,
    'board.cells': () => ({ revision: board().revision, cells: board().cells }),
    'app.get': ({ app }) => ({
      app,
      sourceUrl: `https://example.org/${app}`,
      cells: board().cells.filter((cell) => cell.app === app),
      previous: Object.fromEntries(
        board()
          .cells.filter((cell) => cell.app === app)
          .map((cell) => [cell.environment, cell.rollbackTarget?.version ?? null]),
      ),
    }),
    'app.deployments': ({ app, environment, limit }) => ({
      deployments: Array.from({ length: Math.min(limit, 60) }, (_, index) => ({
        app,
        environment: environment ?? turn(['integration', 'staging', 'production'], index),
        from: `v${1349 - Math.floor(index / 3)}`,
        to: `v${1350 - Math.floor(index / 3)}`,
        at: hoursAgo(index * 9 + 0.3),
        commit: 'abcdef0123456789',
        author: turn(people, index),
        kind: turn(['automatic', 'promote', 'rollback', 'deploy', 'manual'] as const, index),
        reason: index % 5 === 2 ? '500s on /api/content since v1348' : null,
        operationId: index === 0 ? '0192f0c1-0001' : null,
      })),
      more: false,
      complete: options.state !== 'slow',
    }),
    'note.list': () => ({ notes: [], problems: [] }),
    'note.reasons': () => [],
    'note.release': () => null,
    'mark.list': () => [],
    'change.get': ({ from, to }) => changeOf(from, to, 5),
    'candidates.list': ({ query }) => ({
      freshness: live(),
      partial: null,
      candidates: Array.from({ length: 30 }, (_, index) => ({
        kind: turn(['tag', 'tag', 'branch', 'commit'] as const, index),
        name: index % 4 === 2 ? `fix-draft-links-${index}` : `v${1362 - index}`,
        version: `v${1362 - index}`,
        sha: `${(index * 7919 + 4099).toString(16).padStart(8, '3')}`.repeat(5),
        at: hoursAgo(index * 4),
        author: turn(people, index),
        subject: 'Cache the links of drafts for a minute',
        runningIn: index === 0 ? ['integration'] : index === 1 ? ['staging', 'production'] : [],
      })).filter((candidate) => candidate.name.includes(query)),
    }),
    'preview.get': (intent) => {
      const current =
        board().cells.find((cell) => cell.app === intent.app && cell.environment === intent.environment)
          ?.ledger?.version ?? null;
      const incoming = 'version' in intent ? intent.version : (current ?? '');
      return {
        intent,
        current,
        incoming,
        change: changeOf(current ?? '', incoming, intent.kind === 'deploy' ? 40 : 5),
        findings: findingsOf(intent),
        route: { taken: 'push', rest: null, routes: [] },
        commit: 'abcdef01',
      };
    },
    'preview.early': (intent) => ({
      findings: findingsOf(intent).slice(0, 2),
      pending: [{ message: 'Migrations between the two versions' }],
    }),
    'operation.start': () => {
      if (++starts === 1 && options.state === 'conflict') throw new FailureError(conflict);
      return { operationId: '0192f0c1-0001' };
    },
    'operation.get': ({ operationId }) => operationOf(operationId),
    'operation.run': () => null,
    'operation.list': ({ open }) =>
      options.state === 'empty' ? [] : devOperations.filter((each) => !open || each.finishedAt === null),
    'operation.cancel': ({ operationId }) => operationOf(operationId),
    'cluster.status': ({ environment }) => devClusterStatus(environment),
    'cluster.test': ({ environment }) => ({
      ok: true,
      text: 'Connected as ada: Kubernetes v1.33.1, 42 ms. 14 of 15 rights that Signalbox uses are granted.',
      lacks: [
        {
          right: 'patch applications.argoproj.io in cluster-services',
          grantedBy: `whoever manages access to the cluster of ${environment}`,
        },
      ],
    }),
    ...argoAnswers,
    ...historyAnswers,
    'deployment.timeline': ({ app, environment }) => devTimeline(app, environment),
    'settings.get': () => settings,
    'settings.set': (change) => Object.assign(settings, change),
    'credentials.get': () => ({
      unavailableBecause: null,
      credentials: [
        { name: 'ledger', state: 'kept', account: 'x-access-token' },
        { name: 'github', state: 'missing', account: null },
      ],
    }),
    'settings.test-signing': () => ({ format: 'ssh', key: '~/.ssh/id_ed25519.pub' }),
    'session.sign-out': () => ({ done: false }),
    'credentials.set': () => ({ unavailableBecause: null, credentials: [] }),
    'credentials.test': () => ({ ok: true, text: 'Connected.', lacks: [] }),
    ...devLogs,
    'shell.open-external': () => ({}),
    'practice.action': () => ({ text: 'publishing-api v1351 was released: it crashes in production.' }),
  };
  const call = async (name: ProcedureName, input: unknown): Promise<Result<unknown>> => {
    await new Promise((done) => setTimeout(done, name === 'preview.get' ? 300 : 30));
    if (options.state === 'loading' && name !== 'session.get') await new Promise(() => undefined);
    if (options.state === 'error' && name === 'board.get') {
      return fail({
        code: 'unreachable',
        message: 'The ledger could not be read.',
        meaning: 'Nothing is known of the estate yet; nothing was changed.',
        next: [
          { do: 'retry', label: 'Try again' },
          { do: 'open-settings', label: 'Open settings' },
        ],
        detail: 'fatal: unable to access the repository: Connection refused',
      });
    }
    try {
      const answer = answers[name] as (input: unknown) => unknown;
      return ok(procedures[name].output.parse(answer(procedures[name].input.parse(input))));
    } catch (error) {
      return fail(failureOf(error));
    }
  };
  const names = Object.keys(procedures) as ProcedureName[];
  return {
    call: Object.fromEntries(names.map((name) => [name, (input: unknown) => call(name, input)])),
    open: {
      events: (_input: object, onMessage: Parameters<Bridge['open']['events']>[1]) => {
        const timer = setInterval(() => onMessage([{ topic: 'board', key: null }]), 3_000);
        return () => clearInterval(timer);
      },
      export: (_input: object, onMessage: Parameters<Bridge['open']['export']>[1]) => {
        onMessage({ type: 'saved', file: '/home/ada/history.csv', rows: 3000 });
        return () => undefined;
      },
      logs: devLogStream(options.state === 'flood'),
    },
  } as unknown as Bridge;
}
