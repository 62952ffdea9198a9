import type { InputOf, OutputOf } from '../../shared/contract/contract';
import type { historyProcedures } from '../../shared/contract/history';
import { personOf } from '../../shared/domain/attribution/done-by';
import type { Saved } from '../../shared/domain/history/archived';
import type {
  FeedOutline,
  HistoricCell,
  HistoryEvent,
  HistoryFilter,
} from '../../shared/domain/history/history-event';
import type { Answers } from './answers';
import { hoursAgo } from './dev-board';

const people = ['Ada Marsh', 'Kofi Osei', 'Lena Virtanen', 'govuk-ci'];
const apps = ['frontend', 'publishing-api', 'router', 'search-api', 'signon', 'whitehall'];
const environments = ['integration', 'staging', 'production'];
const kinds = ['automatic', 'promote', 'promote', 'deploy', 'rollback', 'manual'] as const;
const size = 3000;

function eventAt(index: number): HistoryEvent {
  const version = 900 - Math.floor(index / 18);
  const common = {
    id: size - index,
    app: apps[(index * 7) % apps.length] ?? '',
    environment: environments[index % 3] ?? '',
    at: hoursAgo(index * 1.7 + 0.4),
    commit: `${(index * 7919 + 4099).toString(16).padStart(8, '3')}`.repeat(5),
    author: people[index % people.length] ?? '',
    operationId: index % 6 === 4 ? '0192f0c1-0001' : null,
  };
  if (index % 23 === 11)
    return {
      ...common,
      type: index % 2 ? 'hold-set' : 'hold-released',
      version: `v${version}`,
      subject: 'Hold automatic deploys',
      reason: '500s on /api/content',
    };
  return {
    ...common,
    type: 'deployment',
    from: `v${version - 1}`,
    to: `v${version}`,
    kind: kinds[index % 6] ?? 'manual',
    returns: index % 6 === 4,
    subject: `Update ${common.app} image tag to v${version} for ${common.environment}`,
    reason: index % 6 === 4 ? 'Errors on /search since the last release' : null,
    // A bot's commit: of some it is known who asked for it.
    ...(index % 12 === 3
      ? {
          startedBy: {
            name: 'Ada Marsh',
            source: 'record',
            route: 'actions',
            run: { name: `${common.app} 7`, url: 'https://ci.example.invalid/runs/7' },
            override: ['migrations-unknown'],
          },
        }
      : {}),
  };
}

const events = Array.from({ length: size }, (_, index) => eventAt(index));

const among = <T>(values: readonly T[] | undefined, value: T): boolean => !values || values.includes(value);

function filtered(filter: HistoryFilter): HistoryEvent[] {
  const words = (filter.text ?? '').toLowerCase().split(/\s+/).filter(Boolean);
  return events.filter(
    (event) =>
      among(filter.apps, event.app) &&
      among(filter.environments, event.environment) &&
      among(filter.actors, personOf(event)) &&
      (event.type === 'deployment' && filter.kinds
        ? filter.kinds.includes(event.kind)
        : among(filter.types ?? (filter.kinds && []), event.type)) &&
      (!filter.since || event.at >= filter.since) &&
      (!filter.until || event.at < filter.until) &&
      words.every((word) => JSON.stringify(event).toLowerCase().includes(word)),
  );
}

function outline(query: InputOf<'history.outline'>): FeedOutline {
  const found = filtered(query);
  const first = found.length % query.pageSize || Math.min(found.length, query.pageSize);
  const pages: FeedOutline['pages'] = [];
  for (let row = 0; row < found.length; row = row === 0 ? first : row + query.pageSize)
    pages.push({ row, before: found[row - 1]?.id ?? null });
  const days: FeedOutline['days'] = [];
  for (const [row, { at }] of found.entries()) {
    const from = new Date(new Date(at).setHours(0, 0, 0, 0)).toISOString();
    const last = days.at(-1);
    if (last?.from === from) last.count += 1;
    else days.push({ row, count: 1, from });
  }
  return { total: found.length, pages, days, oldest: found.at(-1)?.at ?? null, newest: found[0]?.at ?? null };
}

function cellsAt(at: string): HistoricCell[] {
  return apps.flatMap((app) =>
    environments.flatMap((environment) => {
      const deployment = events.find(
        (event) =>
          event.type === 'deployment' &&
          event.app === app &&
          event.environment === environment &&
          event.at <= at,
      );
      if (deployment?.type !== 'deployment') return [];
      const automaticDeploys = app !== 'whitehall';
      return [{ app, environment, version: deployment.to, automaticDeploys, promote: true, deployment }];
    }),
  );
}

const saved: Saved = {
  observations: [
    { version: 'v900', what: 'tests-failed', at: hoursAgo(3), source: 'Workflow post-sync-frontend-8tq2p' },
  ],
  logs: [
    {
      version: 'v900',
      source: 'Workflow post-sync-frontend-8tq2p / smoke-tests',
      at: hoursAgo(3),
      text: 'Running 24 tests\n  ✘ search finds a page (5.0s)\n1 failed, 23 passed',
    },
  ],
};

/** Answers about an invented past. */
export const historyAnswers: Answers<typeof historyProcedures> = {
  'history.status': (): OutputOf<'history.status'> => ({
    phase: 'ready',
    progress: null,
    tip: 'abcdef01',
    beginning: { reason: 'root', at: hoursAgo(size * 1.7), commit: 'abcdef01' },
    notice: null,
    failure: null,
  }),
  'history.retry': () => historyAnswers['history.status']({}),
  'history.names': () => ({
    apps,
    environments,
    actors: people,
    pipelines: [{ name: 'apps', environments }],
  }),
  'history.feed': (query) => {
    const found = filtered(query).filter((event) => query.before === undefined || event.id < query.before);
    const page = found.slice(0, query.limit);
    return {
      events: page,
      next: found.length > query.limit ? (page.at(-1)?.id ?? null) : null,
      outcomes: {
        '0192f0c1-0001': { operationId: '0192f0c1-0001', state: 'succeeded', at: hoursAgo(1), message: null },
      },
      seen: {},
      ...(query.stories ? { sizes: page.map(() => 1) } : {}),
    };
  },
  'history.story': ({ id }) => {
    const events = filtered({}).filter((event) => event.id === id);
    return { events, total: events.length };
  },
  'history.outline': outline,
  'history.event': () => ({ message: 'Update image tag\n\nSignalbox-Kind: deploy', outcome: null, saved }),
  'history.board': (moment) => ({
    commit: 'abcdef01',
    at: 'at' in moment ? moment.at : hoursAgo(1),
    cells: 'at' in moment ? cellsAt(moment.at) : [],
    standing: [],
  }),
  'history.version': ({ app, version }) =>
    filtered({ apps: [app] }).flatMap((event) =>
      event.type === 'deployment' && event.to === version
        ? [
            {
              version,
              deployment: event,
              until: null,
              replacedBy: null,
              rolledBack: false,
              environment: event.environment,
              saved,
            },
          ]
        : [],
    ),
  'history.compare': () =>
    cellsAt(hoursAgo(0)).map((cell, index) => ({
      app: cell.app,
      left: index % 5 === 0 ? null : { ...cell, version: 'v812' },
      right: cell,
    })),
  'history.figures': ({ by }) =>
    (by === 'app'
      ? apps
      : by === 'actor'
        ? people
        : by === 'all'
          ? ['all']
          : ['2026-09', '2026-10', '2026-11']
    ).map((key, index) => ({
      key,
      deployments: 40 + index * 13,
      leadTime: { median: 3_600_000 * (index + 1), p90: 7_200_000 * (index + 2), count: 30 },
      rolledBack: index,
      restore: index === 0 ? null : { median: 1_200_000 * index, p90: 2_400_000 * index, count: index },
    })),
};
