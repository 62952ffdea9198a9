import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { defaultImageTagPath } from '../../shared/domain/estate/estate';
import type {
  ComparedCell,
  FeedOutline,
  FeedQuery,
  FiguresRow,
  HistoricBoard,
  HistoricCell,
  HistoryEvent,
  HistoryFilter,
  Moment,
} from '../../shared/domain/history/history-event';
import { runGit } from '../systems/git/run-git';
import { HistoryService } from './service';
import { modelHistory } from './testing/model-arbitrary';
import {
  cellsOf,
  eventsOf,
  lineOf,
  type ModelCommit,
  type ModelEvent,
  writeModel,
} from './testing/model-repo';

let scratch = '';
let count = 0;
/** Days begin at half past three, UTC: not with Git's, and not with an hour. */
const zone = 'America/St_Johns';
beforeAll(() => {
  vi.stubEnv('TZ', zone);
  scratch = mkdtempSync(join(tmpdir(), 'signalbox-history-'));
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(scratch, { recursive: true, force: true });
});

/** A model in a repo of its own, and a service on it whose branch can be put on any commit. */
async function opened(commits: readonly ModelCommit[]) {
  count += 1;
  const gitDir = join(scratch, `${count}.git`);
  const oids = await writeModel(gitDir, commits);
  const service = new HistoryService(
    { repo: gitDir, branch: 'main', indexFile: join(scratch, `${count}.db`), template: defaultImageTagPath },
    () => {},
  );
  return {
    oids,
    service,
    at: async (tip: number) => {
      await runGit(['update-ref', 'refs/heads/main', oids[tip] ?? ''], { gitDir });
      return service.update();
    },
  };
}

function everything(service: HistoryService, filter: HistoryFilter = {}, limit = 7): HistoryEvent[] {
  const events: HistoryEvent[] = [];
  let before: number | null = null;
  do {
    const query: FeedQuery = { ...filter, limit, ...(before === null ? {} : { before }) };
    const page = service.ask('feed', query) as { events: HistoryEvent[]; next: number | null };
    events.push(...page.events);
    before = page.next;
  } while (before !== null);
  return events;
}

const asModel = (event: HistoryEvent, oids: readonly string[]): ModelEvent => ({
  type: event.type,
  app: event.app,
  environment: event.environment,
  at: event.at,
  commit: oids.indexOf(event.commit),
  author: event.author,
  subject: event.subject,
  from: event.type === 'deployment' ? event.from : null,
  to: event.type === 'deployment' ? event.to : event.version,
  kind: event.type === 'deployment' ? event.kind : null,
  returns: event.type === 'deployment' && event.returns,
});

const newestFirst = (commits: readonly ModelCommit[], tip: number) => eventsOf(commits, tip).reverse();

/** Which of the shapes that make histories hard a history has on its first-parent line. */
function shapesOf(commits: readonly ModelCommit[]): string[] {
  const line = lineOf(commits, commits.length - 1);
  const shapes: string[] = [];
  const seen = new Map<string, Set<string>>();
  for (const at of line) {
    const commit = commits[at];
    if (!commit) continue;
    const before = commits[commit.parents[0] ?? -1];
    if (commit.parents.length === 2) shapes.push('merge');
    if (commit.parents.length > 2) shapes.push('octopus');
    if (before && commit.at < before.at) shapes.push('clock skew');
    if (
      commit.parents.length > 1 &&
      eventsOf(commits, at).some((one) => one.commit === at && one.author !== commit.author)
    )
      shapes.push('author of a branch');
    if (commit.parents.length > 1 && lineOf(commits, commit.parents[1] ?? -1).length > line.indexOf(at))
      shapes.push('merge the wrong way round');
    const paths = new Set([...(before?.tree.keys() ?? []), ...commit.tree.keys()]);
    const gone = [...paths].filter((path) => before?.tree.has(path) && !commit.tree.has(path));
    const come = [...paths].filter((path) => !before?.tree.has(path) && commit.tree.has(path));
    if (gone.length) shapes.push('delete');
    if (gone.some((old) => come.some((path) => before?.tree.get(old) === commit.tree.get(path))))
      shapes.push('rename');
    if (come.some((path) => seen.has(path))) shapes.push('re-add');
    for (const [path, content] of commit.tree) {
      const contents = seen.get(path) ?? new Set();
      if (before && before.tree.get(path) !== content && contents.has(content)) shapes.push('revert');
      seen.set(path, contents.add(content));
    }
  }
  return shapes;
}

describe('the index against the slow reference', () => {
  it('is held against every shape that makes a history hard', () => {
    const found = new Map<string, number>();
    for (const commits of fc.sample(modelHistory, { numRuns: 60, seed: 7 }))
      for (const shape of new Set(shapesOf(commits))) found.set(shape, (found.get(shape) ?? 0) + 1);
    // Histories out of 60 that have it: each test above all runs over 20 of such, with another seed each time.
    for (const shape of [
      'merge',
      'octopus',
      'merge the wrong way round',
      'author of a branch',
      'clock skew',
      'delete',
      'rename',
      're-add',
      'revert',
    ])
      expect([shape, found.get(shape) ?? 0]).toSatisfy(([, histories]) => Number(histories) >= 9);
  });

  it('holds what every commit of the line changed, for any history', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(modelHistory, async (commits) => {
        const { oids, service, at } = await opened(commits);
        await at(commits.length - 1);
        expect(everything(service).map((event) => asModel(event, oids))).toEqual(
          newestFirst(commits, commits.length - 1),
        );
        service.close();
      }),
      { numRuns: 20 },
    );
  });

  it('comes to the same by any way: forward, backward, to other branches', { timeout: 300_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(
        modelHistory,
        fc.array(fc.nat(), { minLength: 2, maxLength: 5 }),
        async (commits, jumps) => {
          const { oids, service, at } = await opened(commits);
          for (const jump of jumps) {
            const tip = jump % commits.length;
            await at(tip);
            expect(everything(service).map((event) => asModel(event, oids))).toEqual(
              newestFirst(commits, tip),
            );
            // What is kept in memory follows, and so does the full text.
            const all = everything(service);
            expect(service.ask('outline', { pageSize: 5 })).toEqual(outlineOf(all, 5));
            expect(service.ask('outline', { pageSize: 5, text: 'v1' })).toEqual(
              outlineOf(everything(service, { text: 'v1' }), 5),
            );
            const since = new Date(0).toISOString();
            const until = new Date(2_000_000_000_000).toISOString();
            const chain = ['integration', 'production'];
            expect(service.ask('figures', { environments: chain, since, until, by: 'app' })).toEqual(
              figuresByApp(all, 0, 2_000_000_000),
            );
            const sides = [{ moment: { id: all.at(-1)?.id ?? 0 } }, { moment: { at: until } }] as const;
            expect(service.ask('compare', { left: sides[0], right: sides[1] })).toEqual(
              differenceOf(service, sides[0].moment, sides[1].moment),
            );
            expect(everything(service, { text: 'v1' }).map((event) => event.id)).toEqual(
              everything(service)
                .filter((event) => /\bv1\b|\bv1\d/.test(textOf(event)))
                .map((event) => event.id),
            );
          }
          service.close();
        },
      ),
      { numRuns: 12 },
    );
  });

  it('answers filters and moments as a look at every event does', { timeout: 300_000 }, async () => {
    const filter = fc.record(
      {
        apps: fc.subarray(['alpha', 'beta-api', 'draft-alpha', 'unknown'], { minLength: 1 }),
        environments: fc.subarray(['integration', 'production', 'staging'], { minLength: 1 }),
        types: fc.subarray(['deployment', 'hold-set', 'gone', 'appeared'] as const, { minLength: 1 }),
        kinds: fc.subarray(['deploy', 'rollback', 'manual', 'promote'] as const, { minLength: 1 }),
        actors: fc.subarray(['Ada', 'Grace Hpper', 'nobody'], { minLength: 1 }),
        since: fc.nat({ max: 30_000 }).map((n) => new Date((1_700_000_000 + n) * 1000).toISOString()),
        until: fc.nat({ max: 30_000 }).map((n) => new Date((1_700_000_000 + n) * 1000).toISOString()),
        text: fc.constantFrom(
          'alpha',
          'draft-alpha',
          'beta',
          'grace',
          'tidy up',
          'because',
          'v1',
          'relea',
          '"',
          'no such',
        ),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(
        modelHistory,
        fc.array(filter, { minLength: 8, maxLength: 8 }),
        fc.array(fc.integer({ min: -2000, max: 26_000 }), { minLength: 5, maxLength: 5 }),
        async (commits, filters, moments) => {
          const tip = commits.length - 1;
          const { service, at } = await opened(commits);
          await at(tip);
          const all = everything(service, {}, 1000);
          for (const one of filters)
            expect([one, everything(service, one, 3)]).toEqual([
              one,
              all.filter((event) => matches(event, one)),
            ]);
          for (const one of filters)
            expect([one, service.ask('outline', { ...one, pageSize: 4 })]).toEqual([
              one,
              outlineOf(
                all.filter((event) => matches(event, one)),
                4,
              ),
            ]);
          const line = lineOf(commits, tip).filter((index) => touches(commits, index));
          for (const moment of moments.map((n) => 1_700_000_000 + n)) {
            const then = line.findLast((index) => (commits[index]?.at ?? 0) <= moment);
            const board = service.ask('board', {
              at: new Date(moment * 1000).toISOString(),
            }) as HistoricBoard;
            expect(board.cells.map(({ deployment: _, ...cell }) => cell)).toEqual(
              then === undefined ? [] : cellsOf(commits, then),
            );
          }
          const figures = service.ask('figures', {
            environments: ['integration', 'production'],
            since: new Date((1_700_000_000 + 2000) * 1000).toISOString(),
            until: new Date((1_700_000_000 + 20_000) * 1000).toISOString(),
            by: 'app',
          });
          expect(figures).toEqual(figuresByApp(all, 1_700_002_000, 1_700_020_000));
          const days = service.ask('figures', {
            environments: ['integration', 'production'],
            since: new Date(0).toISOString(),
            until: new Date(2_000_000_000_000).toISOString(),
            by: 'day',
          }) as FiguresRow[];
          expect(days.map(({ key, deployments }) => [key, deployments])).toEqual(deploymentsByDay(all));
          service.close();
        },
      ),
      { numRuns: 15 },
    );
  });
});

/** The outline of a feed, counted event by event. `all`: newest first. */
function outlineOf(all: readonly HistoryEvent[], pageSize: number): FeedOutline {
  const pages: FeedOutline['pages'] = [];
  const days: FeedOutline['days'] = [];
  for (const [row, { at }] of all.entries()) {
    const before = all[row - 1];
    if (row === 0 || (all.length - row) % pageSize === 0) pages.push({ row, before: before?.id ?? null });
    const day = new Date(at);
    day.setHours(0, 0, 0, 0);
    const [open, from] = [days.at(-1), day.toISOString()];
    if (open?.from === from) open.count += 1;
    else days.push({ row, count: 1, from });
  }
  return { total: all.length, pages, days, oldest: all.at(-1)?.at ?? null, newest: all[0]?.at ?? null };
}

/** Where two boards differ, looked up cell by cell. */
function differenceOf(service: HistoryService, left: Moment, right: Moment): ComparedCell[] {
  const [lefts, rights] = [left, right].map((one) => (service.ask('board', one) as HistoricBoard).cells);
  const key = ({ app, environment }: HistoricCell) => `${app}\0${environment}`;
  const said = (cell: HistoricCell | null) =>
    cell && [cell.version, cell.automaticDeploys, cell.promote].join();
  return [...new Set([...(lefts ?? []), ...(rights ?? [])].map(key))].sort().flatMap((one) => {
    const [a, b] = [lefts, rights].map((cells) => cells?.find((cell) => key(cell) === one) ?? null);
    return said(a ?? null) === said(b ?? null)
      ? []
      : [{ app: one.split('\0')[0] ?? '', left: a ?? null, right: b ?? null }];
  });
}

/** Events with the app and environment that their file is in today, wherever it was then. `all`: newest first. */
function atHome(all: readonly HistoryEvent[]): HistoryEvent[] {
  const homes = new Map<string, { app: string; environment: string }>();
  const keyOf = ({ app, environment }: { app: string; environment: string }) => `${environment}/${app}`;
  const homeOf = (one: { app: string; environment: string }) =>
    homes.get(keyOf(one)) ?? { app: one.app, environment: one.environment };
  const found: HistoryEvent[] = [];
  for (let at = 0; at < all.length; ) {
    const commit = all.slice(at).filter((event) => event.commit === all[at]?.commit);
    found.push(...commit.map((event) => ({ ...event, ...homeOf(event) })));
    const moves = commit.flatMap((event) => {
      const from = event.type === 'moved' ? event.otherPath?.split('/').slice(-2).join('/') : undefined;
      return from === undefined ? [] : [{ from, home: homeOf(event) }];
    });
    for (const { from, home } of moves) homes.set(from, home);
    at += commit.length;
  }
  return found;
}

/** The figures of integration → production by app, counted event by event. `all`: newest first. */
function figuresByApp(all: readonly HistoryEvent[], since: number, until: number) {
  const line = atHome(all)
    .filter((event) => event.type === 'deployment')
    .reverse();
  const seconds = (at: string) => Date.parse(at) / 1000;
  return [...new Set(line.map(({ app }) => app))].sort().flatMap((app) => {
    const here = line.filter((one) => one.app === app && one.environment === 'production');
    const counted = here.filter(({ at }) => seconds(at) >= since && seconds(at) < until);
    const lead: number[] = [];
    const restore: number[] = [];
    for (const one of counted) {
      const began = line.find(
        ({ environment, to, ...other }) =>
          other.app === app && environment === 'integration' && to === one.to,
      );
      if (began && !one.returns && began.at <= one.at) lead.push(Date.parse(one.at) - Date.parse(began.at));
      const next = here[here.indexOf(one) + 1];
      if (next?.kind === 'rollback') restore.push(Math.max(0, Date.parse(next.at) - Date.parse(one.at)));
    }
    const spread = (values: number[]) => {
      const sorted = values.sort((a, b) => a - b);
      const at = (index: number) => sorted[index] ?? Number.NaN;
      const { length } = sorted;
      if (length === 0) return null;
      const median = (at(Math.floor((length - 1) / 2)) + at(Math.ceil((length - 1) / 2))) / 2;
      return { median, p90: at(Math.ceil(length * 0.9) - 1), count: length };
    };
    if (counted.length === 0) return [];
    return [
      {
        key: app,
        deployments: counted.length,
        leadTime: spread(lead),
        rolledBack: restore.length,
        restore: spread(restore),
      },
    ];
  });
}

/** Deployments to production by day, oldest first, by the calendar of the time zone data themselves. */
function deploymentsByDay(all: readonly HistoryEvent[]): [string, number][] {
  // Swedish dates are written as ISO 8601 has them.
  const calendar = new Intl.DateTimeFormat('sv-SE', { timeZone: zone });
  const counts = new Map<string, number>();
  for (const { type, environment, at } of atHome(all)) {
    if (type !== 'deployment' || environment !== 'production') continue;
    const day = calendar.format(new Date(at));
    counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
}

/** Whether a commit leaves a trace in the index: then it counts as a moment of the line. */
function touches(commits: readonly ModelCommit[], index: number): boolean {
  const before = JSON.stringify(cellsOf(commits, commits[index]?.parents[0] ?? -1));
  return JSON.stringify(cellsOf(commits, index)) !== before;
}

const bodies: Record<string, string> = {
  'Tidy up': 'Because = of things',
  'Deploy it': 'Signalbox-Operation: 0192f0c1 Signalbox-Kind: deploy Signalbox-Reason: it was time',
};

function textOf(event: HistoryEvent): string {
  // The version after the change: none where the app went.
  const version = event.type === 'deployment' ? event.to : event.type === 'gone' ? '' : (event.version ?? '');
  const other = 'otherPath' in event ? event.otherPath : '';
  return `${event.app} ${event.environment} ${version} ${event.author} ${event.subject} ${bodies[event.subject] ?? ''} ${other}`;
}

function matches(event: HistoryEvent, filter: HistoryFilter): boolean {
  const among = (values: readonly string[] | undefined, value: string) => !values || values.includes(value);
  const words = (filter.text ?? '').split(' ').filter((word) => /[a-z0-9]/i.test(word));
  const text = ` ${textOf(event)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')} `;
  return (
    among(filter.apps, event.app) &&
    among(filter.environments, event.environment) &&
    // A kind says which deployments, beside whatever other events are named.
    (event.type === 'deployment' && filter.kinds
      ? filter.kinds.includes(event.kind)
      : among(filter.types ?? (filter.kinds && []), event.type)) &&
    among(filter.actors, event.author) &&
    (!filter.since || event.at >= filter.since) &&
    (!filter.until || event.at < filter.until) &&
    words.every((word, nth) =>
      text.includes(` ${word.replace('-', ' ')}${nth === words.length - 1 ? '' : ' '}`),
    )
  );
}
