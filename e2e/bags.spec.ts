import { expect, type Page, test } from '@playwright/test';
import {
  act,
  hasPassed,
  operationEnds,
  packNewest,
  bagPipeline as pipeline,
  pipelineView,
  stageOf,
  startBag,
  untilStage,
} from '../electron/dev/drill/bag-window';
import { bagEnvironments, seedServices } from '../electron/practice/estate/apps';
import type { ControlInput } from '../electron/practice/estate/control-contract';
import { ask } from './screen';
import { sharedApp } from './shared-app';

const app = sharedApp(30);
const page = (): Page => app().page;
const [preview, staging, production] = bagEnvironments;

/** What the ledger says of all services in an environment. */
async function versionsIn(environment: string): Promise<Record<string, unknown>> {
  const files = await Promise.all(
    seedServices.map(
      async ({ repo }) => [repo, (await app().practice.imageTagFile(repo, environment)).image_tag] as const,
    ),
  );
  return Object.fromEntries(files);
}

const contentsOf = async (bag: number): Promise<Record<string, string>> => {
  const { services } = await ask(page(), 'bags.get', { pipeline, bag });
  return Object.fromEntries(Object.entries(services).map(([name, { version }]) => [name, version]));
};

/** Publishes a version of a service and packs it. @returns the bag's number. */
async function newBag(release: ControlInput<'publishRelease'>): Promise<number> {
  const { version } = await app().practice.control.publishRelease(release);
  return packNewest(page(), release.app, version);
}

/** Subjects of the commits on main, newest first, that are about a bag in an environment. */
const subjects = async (...needles: string[]): Promise<string[]> =>
  (await app().practice.git('log', '--format=%s', 'main'))
    .split('\n')
    .filter((subject) => needles.every((needle) => subject.includes(needle)));

/** How often a template was run for a bag's deployment in an environment. */
const runsOf = async (environment: string, template: string, bag: number): Promise<string[]> => {
  const { workflows } = await ask(page(), 'workflow.list', { app: '', environment });
  return workflows
    .filter(
      ({ labels }) => labels['signalbox.dev/job'] === template && labels['signalbox.dev/bag'] === String(bag),
    )
    .map(({ phase }) => phase);
};

test('a bag goes all the way to production by autopilot', async () => {
  test.setTimeout(180_000);
  const before = (await pipelineView(page())).lastBag ?? 0;
  const bag = await newBag({ app: 'notify-api', migration: true });
  expect(bag).toBe(before + 1);
  for (const environment of bagEnvironments) {
    await untilStage(page(), environment, `bag ${bag} passes`, hasPassed(bag));
    expect(await versionsIn(environment)).toEqual(await contentsOf(bag));
    const lane = (await ask(page(), 'bags.get', { pipeline, bag })).lanes.find(
      (one) => one.environment === environment,
    );
    expect(lane?.deployments.map(({ cause, state }) => [cause, state])).toEqual([['automatic', 'done']]);
    const [pass] = lane?.passes ?? [];
    expect(pass?.tag).toMatch(new RegExp(`^passed-${environment}-\\d{8}T\\d{6}Z$`));
    const tagged = () => app().practice.git('tag', '--list', pass?.tag ?? 'none');
    await expect.poll(tagged, { message: 'the pass is tagged' }).toContain(pass?.tag);
    // The pass and the release of the lock are one commit, which the tag names.
    const files = await app().practice.git('show', '--format=', '--name-only', `refs/tags/${pass?.tag}`);
    expect(files).toContain(`.signalbox/passes/${pipeline}/${environment}/${bag}.`);
    expect(files).toContain(`.signalbox/locks/${pipeline}/${environment}.yaml`);
  }
});

test('a flaky suite is retried alone, without a new deployment, and the bag goes on', async () => {
  test.setTimeout(180_000);
  const bag = await newBag({ app: 'notify-admin', breaks: 'tests-flaky', environments: [preview] });
  const failed = await untilStage(
    page(),
    preview,
    'the tests fail',
    ({ running }) => running?.bag === bag && running.state === 'test-failed',
  );
  expect(failed.running?.tests).toEqual({ 'functional-tests': 'failed', 'smoke-tests': 'passed' });
  // The lock is kept, and nothing goes on by itself.
  expect(failed.lock).toMatchObject({ kind: 'bag', bag, mine: false });
  expect((await stageOf(page(), staging)).running?.bag).not.toBe(bag);
  await act(page(), {
    kind: 'retry-tests',
    pipeline,
    environment: preview,
    bag,
    token: failed.lock?.token ?? 0,
    suites: 'failed',
  });
  expect(hasPassed(bag)(await stageOf(page(), preview))).toBe(true);
  expect(await subjects(`Deploy bag ${bag} to ${preview}`)).toHaveLength(1);
  expect((await runsOf(preview, 'functional-tests', bag)).sort()).toEqual(['Failed', 'Succeeded']);
  expect(await runsOf(preview, 'smoke-tests', bag)).toEqual(['Succeeded']);
  await untilStage(page(), production, `bag ${bag} passes`, hasPassed(bag));
});

test('a failed deploy keeps the lock until somebody unlocks by force, with a reason', async () => {
  test.setTimeout(180_000);
  const bag = await newBag({ app: 'notify-api', breaks: 'migration-fails', environments: [preview] });
  const version = (await contentsOf(bag))['notify-api'];
  const failed = await untilStage(
    page(),
    preview,
    'the deploy fails',
    ({ running }) => running?.bag === bag && running.state === 'deploy-failed',
  );
  const token = failed.lock?.token ?? 0;
  expect(failed.lock).toMatchObject({ kind: 'bag', bag });
  expect(failed.jobs.find(({ name }) => name === 'db-setup')?.state).toBe('failed');
  // The image tags come after db-setup: nothing of the bag runs.
  expect((await versionsIn(preview))['notify-api']).not.toBe(version);

  // The next bag waits behind the lock.
  const next = await newBag({ app: 'notify-api' });
  expect((await stageOf(page(), preview)).running?.bag).toBe(bag);
  await expect(
    ask(page(), 'operation.start', {
      intent: { kind: 'force-unlock', pipeline, environment: preview, token, reason: '', override: [] },
      seen: [],
    }),
  ).rejects.toThrow();
  await act(page(), {
    kind: 'force-unlock',
    pipeline,
    environment: preview,
    token,
    reason: 'The migration is fixed in the next bag',
    override: [],
  });
  const [unlocking] = await app()
    .practice.git('log', '-1', '--format=%B', '--grep=by force', 'main')
    .then((text) => [text]);
  expect(unlocking).toContain('Signalbox-Reason: The migration is fixed in the next bag');
  await untilStage(page(), production, `bag ${next} passes`, hasPassed(next));
  const lane = (await ask(page(), 'bags.get', { pipeline, bag })).lanes[0];
  expect(lane?.deployments.map(({ state }) => state)).toEqual(['abandoned']);
  expect(lane?.passes).toEqual([]);
});

test('production is rolled back to the bag before, and the broken one does not come back', async () => {
  test.setTimeout(180_000);
  const { control } = app().practice;
  const good = (await stageOf(page(), production)).running?.bag ?? 0;
  const bad = await newBag({ app: 'notify-celery' });
  const version = (await contentsOf(bad))['notify-celery'] ?? '';
  await untilStage(page(), production, `bag ${bad} passes`, hasPassed(bad));
  // Only now it turns out to be broken.
  await control.breakTests({ app: 'notify-celery', version, environment: production, outcome: 'fail' });
  await act(page(), {
    kind: 'roll-back-bag',
    pipeline,
    environment: production,
    bag: good,
    running: bad,
    leaveRunning: [],
    override: [],
    bad,
    how: 'mark-bad',
    reason: 'Letters are sent twice',
  });
  const after = await stageOf(page(), production);
  expect(hasPassed(good)(after)).toBe(true);
  expect(after.running?.cause).toBe('rollback');
  expect(after.bad).toEqual([expect.objectContaining({ bag: bad, reason: 'Letters are sent twice' })]);
  expect(await versionsIn(production)).toEqual(await contentsOf(good));
  // The newest that is not bad is what runs: there is nothing to do by itself, and downstream order is by number.
  expect(after.next.automatic).toMatchObject({ state: 'nothing', bag: good });
  expect((await stageOf(page(), staging)).running?.bag).toBe(bad);
  await control.heal({ app: 'notify-celery' });
});

test('a pin freezes production at its bag while new bags stop before it', async () => {
  test.setTimeout(180_000);
  const frozen = (await stageOf(page(), production)).running?.bag ?? 0;
  const freeze = (change: Parameters<typeof startBag>[1] & { kind: 'change-policy' }) => act(page(), change);
  await freeze({
    kind: 'change-policy',
    pipeline,
    change: { act: 'freeze', environment: production, bag: frozen },
    reason: 'Nothing changes over the holidays',
  });
  const bag = await newBag({ app: 'notify-admin' });
  await untilStage(page(), staging, `bag ${bag} passes`, hasPassed(bag));
  const stage = await stageOf(page(), production);
  expect(stage.pin).toMatchObject({ bag: frozen, freeze: true, reason: 'Nothing changes over the holidays' });
  expect(stage.next.automatic).toMatchObject({ state: 'nothing', bag: frozen });
  expect(stage.running?.bag).toBe(frozen);
  expect(stage.lock).toBeNull();
  // What would be next is told before the pin is taken away.
  const unpin = { act: 'unpin' as const, environment: production };
  const { nextAfter } = await ask(page(), 'bags.preview', { kind: 'change-policy', pipeline, change: unpin });
  expect(nextAfter).toMatchObject({ state: 'deploy', bag });
  await freeze({ kind: 'change-policy', pipeline, change: unpin });
  expect((await stageOf(page(), production)).pin).toBeNull();
});

test('a lock that another release manager took by hand keeps bags out until it is given back', async () => {
  test.setTimeout(180_000);
  const { control } = app().practice;
  await control.lockAsSomeoneElse({ environment: preview });
  await untilStage(page(), preview, 'the lock is seen', ({ lock }) => lock?.by === 'Odalys Brandt');
  const bag = await newBag({ app: 'notify-antivirus' });
  const { running } = await stageOf(page(), preview);
  const waiting = await startBag(page(), {
    kind: 'deploy-bag',
    pipeline,
    environment: preview,
    bag,
    running: running?.bag ?? null,
    leaveRunning: [],
    override: [],
    cause: 'manual',
    byRule: true,
  });
  const stage = await untilStage(page(), preview, 'it waits', (one) => one.waiting.length === 1);
  expect(stage.waiting).toMatchObject([{ operation: waiting, bag }]);
  expect(stage.running?.bag).toBe(running?.bag);
  await control.unlockAsSomeoneElse({ environment: preview });
  expect((await operationEnds(page(), waiting)).state).toBe('succeeded');
  expect(hasPassed(bag)(await stageOf(page(), preview))).toBe(true);
});
