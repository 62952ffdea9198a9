import { expect, type Page, test } from '@playwright/test';
import {
  action,
  card,
  hasPassed,
  operationEnds,
  packNewest,
  bagPipeline as pipeline,
  pipelineView,
  send,
  stageOf,
  startBag,
  toPipeline,
  untilStage,
} from '../electron/dev/drill/bag-window';
import { seedServices } from '../electron/practice/estate/apps';
import type { ControlInput } from '../electron/systems/practice/control-contract';
import { bagEnvironments } from '../electron/systems/practice/environments';
import { ask, goTo } from './screen';
import { secondWindow } from './second-window';
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

test('a bag goes all the way to production by autopilot', async () => {
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
  await toPipeline(page());
  await expect(card(page(), preview)).toContainText('Tests failed');
  await card(page(), preview).getByRole('button', { name: 'Retry failed tests…' }).click();
  await send(page(), `Retry the tests of bag ${bag} of ${pipeline} in ${preview}`);
  await untilStage(page(), preview, `bag ${bag} passes`, hasPassed(bag));
  expect(await subjects(`Deploy bag ${bag} to ${preview}`)).toHaveLength(1);
  const operations = await ask(page(), 'operation.list', { limit: 20 });
  const retry = operations.find(({ intent }) => intent.kind === 'retry-tests');
  expect(retry?.jobs.map(({ name, state }) => [name, state])).toEqual([['functional-tests', 'succeeded']]);
  await untilStage(page(), production, `bag ${bag} passes`, hasPassed(bag));
});

test('a failed deploy keeps the lock until somebody unlocks by force, with a reason', async () => {
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
  await toPipeline(page());
  await card(page(), preview).getByRole('button', { name: 'Force unlock…' }).click();
  const unlock = `Unlock ${preview} of ${pipeline} by force`;
  const button = page().getByRole('dialog', { name: unlock }).getByRole('button', { name: unlock });
  await expect(button).toHaveAttribute('aria-disabled', 'true');
  await expect(button).toHaveAccessibleDescription(/reason/i);
  await send(page(), unlock, 'The migration is fixed in the next bag');
  await untilStage(page(), preview, 'the lock is another', ({ lock }) => lock?.token !== token);
  const message = await app().practice.git('log', '-1', '--format=%B', '--grep=by force', 'main');
  expect(message).toContain('Signalbox-Reason: The migration is fixed in the next bag');
  await untilStage(page(), production, `bag ${next} passes`, hasPassed(next));
  const lane = (await ask(page(), 'bags.get', { pipeline, bag })).lanes[0];
  expect(lane?.deployments.map(({ state }) => state)).toEqual(['abandoned']);
  expect(lane?.passes).toEqual([]);
});

test('production is rolled back to the bag before, and the broken one does not come back', async () => {
  const { control } = app().practice;
  const good = (await stageOf(page(), production)).running?.bag ?? 0;
  const bad = await newBag({ app: 'notify-celery' });
  const version = (await contentsOf(bad))['notify-celery'] ?? '';
  await untilStage(page(), production, `bag ${bad} passes`, hasPassed(bad));
  // Only now it turns out to be broken.
  await control.breakTests({ app: 'notify-celery', version, environment: production, outcome: 'fail' });
  await toPipeline(page());
  await card(page(), production).getByRole('button', { name: 'Roll back…' }).click();
  await send(page(), `Roll back ${pipeline} to bag ${good} in ${production}`, 'Letters are sent twice');
  await untilStage(page(), production, `bag ${good} passes`, hasPassed(good));
  await toPipeline(page());
  await expect(card(page(), production)).toContainText(`Bag ${bad} is bad here`);
  const after = await stageOf(page(), production);
  expect(after.running?.cause).toBe('rollback');
  expect(after.bad).toEqual([expect.objectContaining({ bag: bad, reason: 'Letters are sent twice' })]);
  expect(await versionsIn(production)).toEqual(await contentsOf(good));
  // The newest that is not bad is what runs: there is nothing to do by itself, and downstream order is by number.
  expect(after.next.automatic).toMatchObject({ state: 'nothing', bag: good });
  expect((await stageOf(page(), staging)).running?.bag).toBe(bad);
  await control.heal({ app: 'notify-celery' });
});

test('a pin freezes production at its bag while new bags stop before it', async () => {
  const frozen = (await stageOf(page(), production)).running?.bag ?? 0;
  await goTo(page(), `#/pipelines/${pipeline}?view=timeline&bag=${frozen}&environment=${production}`);
  await page()
    .getByRole('complementary', { name: `Bag ${frozen}` })
    .getByRole('button', { name: 'Freeze…' })
    .click();
  const freeze = `Freeze ${production} of ${pipeline} at bag ${frozen}`;
  await send(page(), freeze, 'Nothing changes over the holidays');
  await untilStage(page(), production, 'it is frozen', ({ pin }) => pin?.freeze === true);
  const bag = await newBag({ app: 'notify-admin' });
  await untilStage(page(), staging, `bag ${bag} passes`, hasPassed(bag));
  const stage = await stageOf(page(), production);
  expect(stage.pin).toMatchObject({ bag: frozen, freeze: true, reason: 'Nothing changes over the holidays' });
  expect(stage.next.automatic).toMatchObject({ state: 'nothing', bag: frozen });
  expect(stage.running?.bag).toBe(frozen);
  expect(stage.lock).toBeNull();
  // What would be next is told before the pin is taken away.
  const unpin = { action: 'unpin' as const, environment: production };
  const { nextAfter } = await ask(page(), 'bags.preview', { kind: 'change-policy', pipeline, change: unpin });
  expect(nextAfter).toMatchObject({ state: 'deploy', bag });
  await action(page(), { kind: 'change-policy', pipeline, change: unpin });
  const unpinned = await stageOf(page(), production);
  expect(unpinned.pin).toBeNull();
  expect(unpinned.next).toMatchObject({ manual: { bag }, automatic: { state: 'needs-person', bag } });
  expect(unpinned.running?.bag, 'nothing is deployed because a policy changed').toBe(frozen);
});

test('a lock that another release manager took by hand keeps bags out until it is given back', async () => {
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

test('a deploy is not interrupted: the machine stays awake, nothing cancels it, quitting asks; its tests can be aborted', async () => {
  const { electron, practice } = app();
  /** Whether anything keeps the machine awake; the numbers that Electron gives begin at 0. */
  const isAwake = () =>
    electron.evaluate(({ powerSaveBlocker }) =>
      Array.from({ length: 100 }, (_, id) => powerSaveBlocker.isStarted(id)).includes(true),
    );
  // The last bag may be on its way yet.
  const { lastBag } = await pipelineView(page());
  await untilStage(page(), production, 'the last bag passes', hasPassed(lastBag ?? 0));
  await expect.poll(isAwake, { message: 'nothing is deployed' }).toBe(false);
  // With automatic packing a new image is all it takes.
  const { version } = await practice.control.publishRelease({ app: 'notify-celery' });
  const newest = async () =>
    (await ask(page(), 'bags.pack-preview', { pipeline, source: 'published' })).contents['notify-celery'];
  const built = { message: 'the image is published', timeout: 60_000 };
  await expect.poll(newest, built).toMatchObject({ version });
  await practice.control.setSpeed({ speed: 3 });
  const packing = { action: 'automatic-packing' as const, on: true };
  await action(page(), { kind: 'change-policy', pipeline, change: packing });
  const stage = await untilStage(
    page(),
    preview,
    'a bag that nobody packed is deployed',
    ({ running }) => running?.state === 'deploying',
  );
  const bag = stage.running?.bag ?? 0;
  const { packed, services } = await ask(page(), 'bags.get', { pipeline, bag });
  expect(packed).toMatchObject({ source: 'published', reason: 'A new image appeared.' });
  expect(services['notify-celery']?.version).toBe(version);
  await action(page(), { kind: 'change-policy', pipeline, change: { ...packing, on: false } });

  await expect.poll(isAwake, { message: 'the machine is kept awake' }).toBe(true);
  await goTo(page(), `#/operations/${stage.running?.operation}`);
  const cancel = page().getByRole('button', { name: 'Cancel operation' });
  await expect(cancel).toHaveAttribute('aria-disabled', 'true');
  await expect(cancel).toHaveAccessibleDescription(/can’t be interrupted/);
  const asked = await electron.evaluateHandle(({ dialog }) => {
    const questions: Electron.MessageBoxOptions[] = [];
    // The answer of somebody who stays.
    dialog.showMessageBox = (async (...given: unknown[]) => {
      questions.push(given.at(-1) as Electron.MessageBoxOptions);
      return { response: 0, checkboxChecked: false };
    }) as typeof dialog.showMessageBox;
    return questions;
  });
  const question = expect.objectContaining({
    message: expect.stringContaining(`Deploy bag ${bag} of ${pipeline} to ${preview} (deploy)`),
    detail: expect.stringContaining('stays locked'),
    buttons: ['Don’t quit', 'Quit anyway'],
  });
  await electron.evaluate((main) => main.app.quit());
  await expect.poll(() => asked.jsonValue()).toEqual([question]);
  await electron.evaluate((main) => main.BrowserWindow.getAllWindows()[0]?.close());
  await expect.poll(() => asked.jsonValue()).toEqual([question, question]);

  await untilStage(page(), preview, 'its tests run', ({ running }) => running?.state === 'testing');
  await practice.control.setSpeed({ speed: 1 });
  expect(await isAwake(), 'its tests are an operation, too').toBe(true);
  await toPipeline(page());
  await card(page(), preview).getByRole('button', { name: 'Abort tests…' }).click();
  await send(page(), `Abort the tests of bag ${bag} of ${pipeline} in ${preview}`);
  const aborted = await untilStage(
    page(),
    preview,
    'the tests are aborted',
    ({ running }) => running?.state === 'test-failed',
  );
  await practice.control.setSpeed({ speed: 30 });
  expect(Object.values(aborted.running?.tests ?? {})).toContain('aborted');
  const token = aborted.lock?.token ?? 0;
  expect(aborted.lock).toMatchObject({ kind: 'bag', bag });
  await action(page(), { kind: 'retry-tests', pipeline, environment: preview, bag, token, suites: 'all' });
  await untilStage(page(), production, `bag ${bag} passes`, hasPassed(bag));
});

test('two windows of two users fight over an environment: one gets the lock, the other sees who has it', async () => {
  const { control } = app().practice;
  const autopilot = (environment: string | null, on: boolean) =>
    action(page(), { kind: 'change-policy', pipeline, change: { action: 'autopilot', environment, on } });
  await autopilot(null, false);
  const other = await secondWindow(app().userData, { name: 'Odalys Brandt', email: 'o@example.invalid' });
  try {
    const pages = [page(), other.page];
    const bag = await newBag({ app: 'notify-document-download' });
    await Promise.all(
      pages.map((one) =>
        untilStage(one, preview, `bag ${bag} is next`, ({ next }) => next.manual.bag === bag),
      ),
    );
    // Slow enough that both are seen while one of them deploys.
    await control.setSpeed({ speed: 3 });
    const { running } = await stageOf(page(), preview);
    const operations = await Promise.all(
      pages.map((one) =>
        startBag(one, {
          kind: 'deploy-bag',
          pipeline,
          environment: preview,
          bag,
          running: running?.bag ?? null,
          leaveRunning: [],
          override: [],
          cause: 'manual',
          byRule: true,
        }),
      ),
    );
    const seen = await untilStage(page(), preview, 'somebody has the lock', ({ lock }) => lock?.bag === bag);
    const winner = operations.indexOf(seen.lock?.operation ?? '');
    expect(winner).toBeGreaterThanOrEqual(0);
    const loser = pages[1 - winner] ?? page();
    const holder = (await ask(pages[winner] ?? page(), 'settings.get', {})).identity?.name ?? '';
    const waiting = await untilStage(
      loser,
      preview,
      'it waits',
      (one) => one.waiting.length === 1 && one.lock?.bag === bag,
    );
    expect(waiting.lock).toMatchObject({ by: holder, kind: 'bag', mine: false });
    await toPipeline(loser);
    await expect(card(loser, preview)).toContainText(`is locked by ${holder}`);
    await expect(card(loser, preview)).toContainText('waits behind it');
    await control.setSpeed({ speed: 30 });
    const ends = await Promise.all(pages.map((one, index) => operationEnds(one, operations[index] ?? '')));
    expect(ends[winner]?.state).toBe('succeeded');
    // It got the lock after that, chose again, and found that what it saw had changed: nothing is deployed twice.
    expect(ends[1 - winner]?.state).toBe('failed');
    expect(ends[1 - winner]?.failure).toMatchObject({ code: 'conflict' });
    await untilStage(page(), preview, `bag ${bag} has passed`, hasPassed(bag));
    const deployed = () => subjects(`Deploy bag ${bag} of ${pipeline} to ${preview}`);
    expect(await deployed()).toHaveLength(1);

    // Both autopilots are on: the next bag is deployed by exactly one of them.
    for (const environment of [staging, production]) await autopilot(environment, false);
    await autopilot(null, true);
    const next = await newBag({ app: 'notify-template-preview' });
    await untilStage(page(), preview, `bag ${next} passes`, hasPassed(next));
    await untilStage(other.page, preview, `bag ${next} passes`, hasPassed(next));
    expect(await subjects(`Deploy bag ${next} of ${pipeline} to ${preview}`)).toHaveLength(1);
    for (const one of pages) {
      const found = await ask(one, 'operation.list', { limit: 20 });
      const own = found.filter(({ intent }) => intent.kind === 'deploy-bag' && intent.bag === next);
      expect(own.map(({ state }) => state)).not.toContain('failed');
    }
  } finally {
    await other.close();
  }
});
