import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Announcement } from '../../../shared/domain/announcement/announcement';
import { parseTrailers } from '../../../shared/domain/ledger/trailers';
import type { FreezeIntent } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import { createGitHub } from '../../systems/github/github-client';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { until } from '../../testing/until';
import { killedConsole } from '../testing/killed-console';
import { accessTo, type EstateAccess, ended, openRig, operationWhen, type Rig, unwrap } from '../testing/rig';
import { routedEstate } from '../testing/routed-estate';

/** Consoles that are killed (SIGKILL) while they set, begin and lift freezes, by a push and by a pull request, and start again. */
const seconds = 1_000;
const watch = ['staging'];
const limits = { settle: 100, look: 60 * seconds, review: 300, stagger: 0 };
const place = { owner: 'alphagov', repo: 'govuk-helm-charts' };
let folder: string;
let practice: PracticeProcess;
let observer: Rig;
/** By push records lie beside the image tags, by pull request apart from them. */
let pushed: EstateAccess;
let requested: EstateAccess;
let apps: string[];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-freeze-crash-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  pushed = accessTo(practice);
  const file = path.join(folder, 'apart.yaml');
  await routedEstate(practice.ready.estateFile, file, [{ kind: 'workflow' }, { kind: 'pull-request' }]);
  const estate = parse(await readFile(file, 'utf8')) as { ledger: object };
  await writeFile(
    file,
    stringify({ ...estate, ledger: { ...estate.ledger, records: { branch: 'signalbox' } } }),
  );
  requested = accessTo(practice, file);
  // It only looks, and carries nothing out.
  observer = await openRig(requested, path.join(folder, 'observer'), { watch: [], limits });
  const apart = observer.ledger.recordsApart;
  if (!apart) throw new Error('records do not lie apart');
  unwrap(await apart.setUp({ operationId: uuidv7(), what: 'set up' }));
  const { tags } = await practice.control.status();
  // Of one that is off already nothing would be asked for.
  apps = Object.keys(tags.staging ?? {})
    .filter((app) => flagOf(app) === true)
    .sort();
});
afterAll(async () => {
  await observer?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

function flagOf(app: string): boolean | null {
  const file = observer.ledger.snapshot().file(`charts/app-config/image-tags/staging/${app}`);
  const said = /automatic_deploys_enabled: *(\w+)/.exec(file?.text ?? '')?.[1];
  return said === undefined ? null : said === 'true';
}
/** Commits of main that an operation of this kind made. */
async function commitsOf(id: string, kind: string): Promise<number> {
  unwrap(await observer.ledger.refresh());
  const log = unwrap(await observer.ledger.log([], 300));
  return log.filter(({ message }) => {
    const trailers = parseTrailers(message);
    return trailers?.operation === id && trailers.kind === kind;
  }).length;
}
async function pullsOf(id: string): Promise<number[]> {
  const github = createGitHub({
    apiUrl: practice.ready.githubUrl,
    token: async () => practice.credentials.github.token,
  });
  const { data } = await github.pulls.list({ ...place, state: 'all', per_page: 100 });
  return data.filter(({ body }) => body?.includes(`Signalbox-Operation: ${id}`)).map(({ number }) => number);
}

/** Kills a console at a record of its journal, and goes on with the next: its only operation, at its end. */
async function killAndRestart(
  access: EstateAccess,
  intent: FreezeIntent,
  at: string,
): Promise<{ end: Operation; told: Announcement[] }> {
  const own = await mkdtemp(path.join(folder, 'console-'));
  expect(await killedConsole({ access, folder: own, watch, intent }, at)).toBe(`${at} SIGKILL`);
  const told: Announcement[] = [];
  const rig = await openRig(access, own, { watch, limits, announce: (one) => told.push(one) });
  try {
    const [open] = rig.engine.list({ limit: 10 });
    if (!open) throw new Error('the operation is lost');
    await rig.engine.recover();
    if (access === requested) {
      const number = (one: Operation): number =>
        Number(/#(\d+)/.exec(one.jobs.find(({ kind }) => kind === 'pull-request')?.text ?? '')?.[1]);
      const waits = await operationWhen(
        rig.engine,
        open.id,
        (one) => Number.isInteger(number(one)) || one.state !== 'running',
      );
      expect(waits.state, JSON.stringify([waits.failure, waits.steps])).toBe('running');
      await practice.control.reviewPullRequest({ number: number(waits) });
    }
    const end = await ended(rig.engine, open.id);
    expect(end.failure).toBeNull();
    return { end, told };
  } finally {
    await rig.close();
  }
}

const scopeOf = (app: string) => ({ app, environment: 'production', pipeline: null });
const freezeOf = (app: string, from: string | null = null): FreezeIntent => ({
  kind: 'freeze',
  scope: scopeOf(app),
  from,
  until: null,
  automatic: true,
  manual: 'warn',
  reason: 'rehearsal',
});
const thawOf = (freeze: string, app: string): FreezeIntent => ({
  kind: 'thaw',
  freeze,
  scope: { app, environment: 'production', pipeline: null },
  ended: false,
});

const commit = 'commit/commit';
const walks = [
  {
    by: 'push' as const,
    when: 'nothing was sent yet, and then when its lift is on main',
    sets: `after:side-effect-intended/${commit}`,
    lifts: `before:side-effect-result/${commit}`,
  },
  {
    by: 'push' as const,
    when: 'it is on main, and told nobody, and then when its lift is written down',
    sets: `before:side-effect-result/${commit}`,
    lifts: `after:side-effect-result/${commit}`,
  },
  {
    by: 'pull request' as const,
    when: 'its record is pushed, and then its lift is asked for',
    sets: 'before:side-effect-result/commit/asked',
    lifts: 'after:side-effect-result/commit/asked',
  },
  {
    by: 'pull request' as const,
    when: 'its branch is pushed, and then its lift was opened',
    sets: `after:side-effect-intended/${commit}#2`,
    lifts: `before:side-effect-intended/${commit}#3`,
  },
  {
    by: 'pull request' as const,
    when: 'it was opened, and then its lift waits for its review',
    sets: `before:side-effect-intended/${commit}#3`,
    lifts: 'after:job/commit',
  },
];

describe('a console that is killed on its way to a freeze', { timeout: 600 * seconds }, () => {
  it.each(walks)('by $by, when $when: goes on, once, and every flag is as it was', async (walk) => {
    const access = walk.by === 'push' ? pushed : requested;
    await practice.control.setRights({ profile: walk.by === 'push' ? 'everything' : 'govuk' });
    const app = apps.shift() ?? '';
    const before = flagOf(app);
    const set = await killAndRestart(access, freezeOf(app), walk.sets);
    const { id } = set.end;
    unwrap(await observer.ledger.refresh());
    expect(flagOf(app)).toBe(false);
    expect(set.told.map((one) => one.id)).toEqual([`freeze ${id} set`]);

    const lift = await killAndRestart(access, thawOf(id, app), walk.lifts);
    unwrap(await observer.ledger.refresh());
    expect(flagOf(app)).toBe(before);
    expect(lift.told.map((one) => one.id)).toEqual([`freeze ${id} lifted`]);
    for (const [one, kind] of [
      [set.end.id, 'freeze'],
      [lift.end.id, 'thaw'],
    ] as const)
      if (walk.by === 'push') expect(await commitsOf(one, kind)).toBe(1);
      else expect(await pullsOf(one)).toHaveLength(1);
    if (walk.by !== 'push') expect(observer.ledger.snapshot().list('.signalbox/freezes/')).toEqual([]);
  });

  it.each([
    ['nothing was sent yet', `after:side-effect-intended/${commit}`],
    ['its flags are off on main', `before:side-effect-result/${commit}`],
    ['its flags are off, and nothing is stopped', `after:side-effect-result/${commit}`],
  ])(
    'that begins by the clock, when %s: begins once, and every flag is as it was after its lift',
    async (_, at) => {
      await practice.control.setRights({ profile: 'everything' });
      const app = apps.shift() ?? '';
      const before = flagOf(app);
      const from = new Date(Date.now() + 3 * seconds).toISOString();
      const planner = await openRig(pushed, await mkdtemp(path.join(folder, 'planner-')), {
        watch: [],
        limits,
      });
      const planned = unwrap(planner.engine.start(freezeOf(app, from), [])).operationId;
      expect((await ended(planner.engine, planned)).failure).toBeNull();
      // No console runs when it begins: the next one is late, and is killed at it.
      await planner.close();
      expect(flagOf(app)).toBe(before);
      await until(() => expect(Date.now()).toBeGreaterThan(Date.parse(from)));
      const begin: FreezeIntent = { kind: 'begin-freeze', freeze: planned, scope: scopeOf(app) };
      const begun = await killAndRestart(pushed, begin, at);
      unwrap(await observer.ledger.refresh());
      expect(flagOf(app)).toBe(false);
      expect(await commitsOf(begun.end.id, 'begin-freeze')).toBe(1);
      // It was told when it was set.
      expect(begun.told).toEqual([]);

      const lift = await killAndRestart(pushed, thawOf(planned, app), `before:side-effect-result/${commit}`);
      unwrap(await observer.ledger.refresh());
      expect(flagOf(app)).toBe(before);
      expect(lift.told.map((one) => one.id)).toEqual([`freeze ${planned} lifted`]);
    },
  );
});
