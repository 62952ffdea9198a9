import type { Page } from 'playwright';
import {
  bagPipeline,
  card,
  hasPassed,
  pipelineView,
  send,
  stageOf,
  toPipeline,
  untilStage,
} from './bag-window';
import { ask, release, takeShots, until } from './drive-window';
import type { Figures, Report } from './report';

const preview = 'notify-preview';
const staging = 'notify-staging';
const production = 'notify-production';
const chain = [preview, staging, production];

/** Releases a version of a service and packs it into a bag. @returns the bag's number. */
async function newBag(page: Page, service: string, how: string, where?: string): Promise<number> {
  const version = await release(page, service, how, where);
  const bag = ((await pipelineView(page)).lastBag ?? 0) + 1;
  // A list of what was published is kept for half a minute.
  await until(`${service} ${version} is listed`, async () => {
    const found = await ask(page, 'bags.pack-preview', { pipeline: bagPipeline, source: 'published' });
    return found.contents[service]?.version === version;
  });
  await toPipeline(page);
  await page.getByRole('button', { name: 'Pack a bag…' }).click();
  await page
    .getByRole('radiogroup', { name: 'Versions' })
    .getByText('newest published', { exact: true })
    .click();
  await page
    .getByRole('dialog')
    .getByRole('row', { name: new RegExp(`^${service} ${version} `) })
    .first()
    .waitFor();
  await send(page, `Pack bag ${bag} of ${bagPipeline}`);
  await until(`bag ${bag} is packed`, async () => (await pipelineView(page)).lastBag === bag);
  return bag;
}

/**
 * The incident with bags: a bag goes through to production by itself; a flaky suite is retried alone; a bag fails in
 * production, its lock is kept, unlocked by force, and production is rolled back.
 * @param shots folder for the numbered screenshots.
 */
export async function playBags(page: Page, report: Report, shots: string): Promise<Figures> {
  const shot = takeShots(page, shots);

  const first = await report.step('pipeline', async () => {
    await page.getByRole('grid').waitFor();
    await toPipeline(page);
    const bag = await until('everything is live', async () => {
      const { stages, ledger } = await pipelineView(page);
      const bags = new Set(stages.map(({ running }) => running?.bag));
      const live = ledger.state === 'live' && stages.every(({ cluster }) => cluster.state === 'live');
      return live && bags.size === 1 && stages[0]?.running?.bag;
    });
    await card(page, production).getByText(`Bag ${bag}`, { exact: true }).first().waitFor();
    await shot('pipeline');
    return { bag, detail: `bag ${bag} runs in ${chain.join(', ')}; no lock is held` };
  });

  const good = await report.step('pack', async () => {
    const bag = await newBag(page, 'notify-api', 'Good: nothing breaks');
    await shot('packed');
    return { bag, detail: `bag ${bag} holds the newest versions published` };
  });
  await report.step('autopilot', async () => {
    for (const environment of chain) {
      await untilStage(page, environment, `bag ${good.bag} passes`, hasPassed(good.bag));
      await card(page, environment).getByText(`Bag ${good.bag}`, { exact: true }).first().waitFor();
    }
    await shot('in-production');
    return `bag ${good.bag} came to production by itself: locked, deployed, tested and passed in each environment`;
  });

  const flaky = await report.step('flaky suite', async () => {
    const bag = await newBag(page, 'notify-admin', 'Has flaky tests', `In ${preview} only`);
    const stage = await untilStage(
      page,
      preview,
      'a suite fails',
      ({ running }) => running?.bag === bag && running.state === 'test-failed',
    );
    await card(page, preview).getByRole('button', { name: 'Retry failed tests…' }).waitFor();
    await shot('flaky');
    const failed = Object.entries(stage.running?.tests ?? {}).filter(([, how]) => how === 'failed');
    return {
      bag,
      detail: `${failed.map(([suite]) => suite).join(', ')} failed in ${preview}; the lock is kept`,
    };
  });
  await report.step('retry', async () => {
    await card(page, preview).getByRole('button', { name: 'Retry failed tests…' }).click();
    await send(page, `Retry the tests of bag ${flaky.bag} of ${bagPipeline} in ${preview}`);
    await shot('retried');
    for (const environment of chain)
      await untilStage(page, environment, `bag ${flaky.bag} passes`, hasPassed(flaky.bag));
    return `the failed suite alone was run again, nothing was deployed for it, and bag ${flaky.bag} went on to production`;
  });

  const bad = await report.step('bad bag', async () => {
    const bag = await newBag(page, 'notify-celery', 'Fails its tests', `In ${production} only`);
    const stage = await untilStage(
      page,
      production,
      'its tests fail',
      ({ running }) => running?.bag === bag && running.state === 'test-failed',
    );
    await card(page, production).getByRole('button', { name: 'Force unlock…' }).waitFor();
    await shot('bad-bag');
    return {
      bag,
      detail: `bag ${bag} came to production and fails: ${stage.running?.failure ?? ''} The lock is kept`,
    };
  });
  await report.step('force-unlock', async () => {
    await card(page, production).getByRole('button', { name: 'Force unlock…' }).click();
    await send(
      page,
      `Unlock ${production} of ${bagPipeline} by force`,
      'Bag fails in production: rolling back',
    );
    await untilStage(page, production, 'the lock is free', ({ lock }) => lock === null);
    return `${production} is unlocked by force, with its reason; nothing is deployed by that`;
  });
  const action = `Roll back ${bagPipeline} to bag ${flaky.bag} in ${production}`;
  const clicked = await report.step('roll back', async () => {
    await toPipeline(page);
    await card(page, production).getByRole('button', { name: 'Roll back…' }).click();
    await page.getByRole('dialog', { name: action }).waitFor();
    await shot('roll-back');
    const clickedAt = await send(page, action, 'The smoke tests of production fail');
    const operation = await until('the rollback is under way', async () => {
      const found = await ask(page, 'operation.list', { limit: 10 });
      return found.find(({ intent }) => intent.kind === 'roll-back-bag');
    });
    const marked = await until('the bad mark is on the ledger', async () => {
      const { bad: marks } = await stageOf(page, production);
      return marks.find((mark) => mark.bag === bad.bag);
    });
    const ms = Math.round(Date.parse(marked.at ?? '') - clickedAt);
    await shot('rolling-back');
    return {
      ms,
      id: operation.id,
      detail: `one confirmed step: bag ${bad.bag} is marked bad ${ms} ms after the click`,
    };
  });
  await report.step('healthy again', async () => {
    await toPipeline(page);
    const stage = await untilStage(page, production, `bag ${flaky.bag} passes`, hasPassed(flaky.bag));
    await until('the rollback has ended', async () => {
      const { state, failure } = await ask(page, 'operation.get', { operationId: clicked.id });
      if (failure) throw new Error(failure.message);
      return state === 'succeeded';
    });
    await card(page, production).getByText(`Bag ${bad.bag} is bad here`).waitFor();
    await shot('healthy');
    if (stage.next.automatic.state !== 'nothing') throw new Error(stage.next.automatic.why);
    return `production runs bag ${flaky.bag} again and passed its tests; bag ${bad.bag} stays in ${staging} and does not come back by itself`;
  });
  await report.step('timeline', async () => {
    await page.getByRole('radiogroup', { name: 'View' }).getByText('Bag timeline', { exact: true }).click();
    await page.getByRole('grid', { name: 'Bags and environments' }).waitFor();
    await shot('timeline');
    const { bags } = await ask(page, 'bags.list', { pipeline: bagPipeline });
    return `${bags.length} bags, of which the newest is ${bags[0]?.bag}; the drill began at bag ${first.bag}`;
  });
  return { clickToCommitMs: null };
}
