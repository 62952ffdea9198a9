import type { Board, Cell } from '../../shared/domain/board/board';
import type { Freshness } from '../../shared/domain/board/freshness';
import type { Failure } from '../../shared/domain/failure/failure';

export interface DevOptions {
  apps: number;
  /** practice, empty, error, loading, offline, read-only, four, slow, conflict, flood (a log of 5,000 lines a second) */
  state: string;
  scheme: 'light' | 'dark';
}

const known = [
  'account-api',
  'asset-manager',
  'collections',
  'content-store',
  'draft-content-store',
  'email-alert-api',
  'finder-frontend',
  'frontend',
  'locations-api',
  'publishing-api',
  'router',
  'search-api',
  'signon',
  'whitehall',
];
const long = 'specialist-publisher-with-a-very-long-name-indeed-for-tests';

export const hoursAgo = (hours: number): string => new Date(Date.now() - hours * 3_600_000).toISOString();

function appNames(options: DevOptions): string[] {
  if (options.state === 'empty') return [];
  const names = [...known];
  for (let index = names.length; index < options.apps; index += 1) {
    names.push(
      index === 20
        ? long
        : `service-${String(index).padStart(2, '0')}-${['api', 'admin', 'worker'][index % 3]}`,
    );
  }
  return names.slice(0, options.apps).sort();
}

const unreachable: Failure = {
  code: 'unreachable',
  message: 'The cluster of production does not answer.',
  meaning: 'Signalbox shows the last known state. Deploying there is refused until it answers again.',
  next: [{ do: 'retry', label: 'Try again' }],
  detail: 'connect ECONNREFUSED 127.0.0.1:6443',
};

export const live = (): Freshness => ({ state: 'live', asOf: new Date().toISOString() });
const away = (): Freshness => ({
  state: 'unreachable',
  asOf: hoursAgo(0.4),
  since: hoursAgo(0.39),
  failure: unreachable,
});

const environmentNames = (options: DevOptions): string[] =>
  options.state === 'four'
    ? ['test', 'integration', 'staging', 'production']
    : ['integration', 'staging', 'production'];

const sha = (seed: number): string =>
  (seed * 2654435761).toString(16).padStart(12, 'a').slice(0, 8).repeat(5);

function versionOf(index: number, back: number): string {
  if (index % 9 === 4) return `release-${sha(index * 7 + back)}`;
  if (index % 9 === 7) return sha(index * 11 + back);
  return `v${380 + index * 97 - back}`;
}

/** Something of every state that a cell can be in. */
function devState(of: {
  app: string;
  index: number;
  place: number;
  version: string;
  previous: string;
  broken: boolean;
  rolling: boolean;
}): Pick<Cell, 'running' | 'stage' | 'tests'> {
  const { app, index, place, version, previous, broken, rolling } = of;
  const one = { by: 'pods' as const, versions: [], none: null, because: null };
  const stage = (
    state: NonNullable<Cell['stage']>['state'],
    text: string,
    failing = false,
  ): Pick<Cell, 'running' | 'stage' | 'tests'> => ({
    running: { ...one, version: state === 'running' ? version : previous },
    stage: { state, failing, text, since: hoursAgo(0.1), hook: null },
    tests: null,
  });
  const { tests } = stage('running', '');
  if (broken) {
    const versions = [
      { version: previous, ready: 2, pods: 2 },
      { version, ready: 0, pods: 1 },
    ];
    const failing = stage('rolling-out', `${app}: CrashLoopBackOff in pod ${app}-x2b4c.`, true);
    return {
      ...failing,
      // The newest of all that is in trouble.
      stage: failing.stage && { ...failing.stage, since: hoursAgo(0.02) },
      running: { ...one, version: previous, versions },
    };
  }
  if (rolling) return stage('rolling-out', `${app}: 2 of 3 new pods are available.`);
  const place2 = index * 3 + place;
  if (place2 === 17)
    return stage('hooks', `The PreSync hook ${app}-dbmigrate can’t start: ImagePullBackOff.`, true);
  if (place2 === 23) return stage('committed', `Committed. Argo CD still has ${previous} for ${app}.`);
  if (place2 === 26) return stage('drifted', `Changed outside of Git: ${app} is set to ${previous}.`);
  if (place2 === 31) return stage('waiting', `Waiting for Argo CD to sync ${app}.`);
  if (place2 === 35)
    return {
      running: { ...one, by: null, version: null, because: 'Its image tags don’t show a version.' },
      stage: {
        state: 'unknown',
        failing: false,
        text: 'The running version is not known.',
        since: null,
        hook: null,
      },
      tests,
    };
  if (place2 === 38)
    return {
      ...stage('running', `All its pods run ${version}.`),
      tests: {
        state: 'failed',
        text: 'Tests failed, so it isn’t promoted: post-sync-x7k2p',
        at: hoursAgo(2),
        workflow: { namespace: 'apps', name: 'post-sync-x7k2p' },
      },
    };
  return stage('running', `All its pods run ${version}.`);
}

function cellOf(app: string, index: number, environment: string, place: number, options: DevOptions): Cell {
  const back = place === 0 ? 0 : ([0, 0, 1, 0, 3, 0, 0, 12][(index * 5 + place) % 8] ?? 0);
  const version = versionOf(index, back);
  const previous = versionOf(index, back + 1);
  const broken = app === 'publishing-api' && environment === 'production';
  const rolling = app === 'frontend' && environment === 'staging';
  const held = (app === 'whitehall' && place === 2) || broken;
  const seen = !(options.state === 'read-only');
  return {
    app,
    environment,
    ledger: {
      version: app === 'signon' && place === 1 ? null : version,
      automaticDeploys: !held,
      promote: true,
      problem:
        app === 'signon' && place === 1
          ? {
              code: 'bad-data',
              message: 'image_tag of signon in staging is no text.',
              meaning: 'Signalbox cannot tell which version is meant; the file is left as it is.',
              next: [{ do: 'advice', label: 'Put the tag in quotes: "1234".' }],
              place: { path: 'charts/app-config/image-tags/staging/signon', line: 1 },
            }
          : null,
    },
    deployed:
      index % 13 === 11
        ? null
        : {
            app,
            environment,
            from: previous,
            to: version,
            at: hoursAgo(0.2 + ((index * 7 + place * 31) % 90) * (index % 4 === 0 ? 0.1 : 5)),
            commit: sha(index),
            author: ['Ada Marsh', 'Kofi Osei', 'github-actions'][index % 3] ?? '',
            kind: (['deploy', 'promote', 'automatic'] as const)[index % 3] ?? 'automatic',
            reason: null,
            operationId: null,
          },
    applications: seen
      ? [
          {
            name: app,
            version,
            automaticDeploysEnabled: !held,
            promoteDeployment: true,
            sync: 'Synced',
            health: broken ? 'Degraded' : rolling ? 'Progressing' : 'Healthy',
            operation: null,
            conditions: [],
            images: [],
          },
        ]
      : [],
    health: !seen
      ? null
      : broken
        ? 'Degraded'
        : rolling
          ? 'Progressing'
          : index === 10 && place === 2
            ? null
            : 'Healthy',
    ...(seen
      ? devState({ app, index, place, version, previous, broken, rolling })
      : { running: null, stage: null, tests: null }),
    rollout: broken
      ? {
          state: 'failed',
          failing: 'CrashLoopBackOff',
          cause: 'The new pods crash as they start (exit code 1).',
          desired: 3,
          updated: 1,
          available: 2,
          message: 'Back-off restarting the container app',
        }
      : rolling
        ? {
            state: 'progressing',
            failing: null,
            desired: 3,
            updated: 2,
            available: 2,
            message: '2 of 3 new pods are available',
          }
        : null,
    drift:
      place === 0 || back === 0
        ? { state: 'same' }
        : index % 9 === 4 || index % 9 === 7
          ? { state: 'differs', of: environmentNames(options)[0] ?? '' }
          : index === 12
            ? { state: 'unknown', because: 'its source repo cannot be read' }
            : { state: 'behind', by: back, of: environmentNames(options)[0] ?? '' },
    hold: held
      ? {
          state: broken ? 'pending' : 'effective',
          by: 'Ada Marsh',
          since: hoursAgo(2),
          reason: '500s on /api/content since v1348',
          detail: broken ? 'Waiting for staging to show automaticDeploysEnabled: "false".' : null,
        }
      : null,
    operation: rolling ? { id: '0192f0c1-0001', state: 'running', step: 'rollout' } : null,
    rollbackTarget:
      index % 13 === 11
        ? null
        : {
            version: previous,
            evidence: 'tests-passed',
            evidenceText: 'Ran here 3 days without a rollback; tests passed.',
            ranFrom: hoursAgo(90),
            ranUntil: hoursAgo(9),
          },
  };
}

/** A board with something of everything: broken, rolling, held, drifted, unreadable, unknown. */
export function devBoard(options: DevOptions): Board {
  const apps = appNames(options);
  const environments = environmentNames(options);
  const cells = apps.flatMap((app, index) =>
    environments
      .map((environment, place) => cellOf(app, index, environment, place, options))
      .filter((_, place) => !(index === 4 && place === environments.length - 1)),
  );
  return {
    revision: 1,
    commit: options.state === 'empty' ? null : sha(7),
    committedAt: hoursAgo(0.3),
    ledger: live(),
    history: { ready: options.state !== 'slow', indexed: 12_400, notice: null },
    environments: environments.map((name, place) => ({
      name,
      tier: name === 'production' ? 'production' : 'standard',
      pipeline: { name: 'govuk', kind: 'apps' as const },
      before: environments[place - 1] ?? null,
      cluster:
        options.state === 'read-only'
          ? { state: 'absent' }
          : options.state === 'offline' && place > 0
            ? away()
            : live(),
      gaps: [],
      lock: null,
    })),
    apps,
    cells,
    emergency: { away: null, debts: [] },
    problems: cells.flatMap((cell) => (cell.ledger?.problem ? [cell.ledger.problem] : [])),
  };
}
