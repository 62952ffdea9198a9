import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Session } from './open-session';
import { concourseEstate, concoursePipelineName as pipeline } from './testing/concourse-estate';

let estate: Awaited<ReturnType<typeof concourseEstate>>;
let session: Session | null = null;

const close = async (): Promise<void> => {
  await session?.close();
  session = null;
};
beforeEach(async () => {
  estate = await concourseEstate();
  session = await estate.open();
  const stopTime = estate.pump(session);
  await session.ledger.refresh();
  estate.practice.publish();
  await expect.poll(told).toContain('bag-passed 2 production');
  await stopTime();
  await close();
  // Nobody can be asked again.
  estate.practice.server.faults.reachability('refused');
});
afterEach(async () => {
  await close();
  await estate.close();
});

/** What is known of the pipeline's past, as the history tells it. */
async function told(): Promise<string[]> {
  const { events } = (await session?.history.feed({ limit: 1_000 })) ?? { events: [] };
  return events
    .filter(({ origin }) => origin === 'concourse')
    .map((event) => `${event.type} ${'version' in event ? event.version : ''} ${event.environment}`);
}

const random = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) % 251));
async function randomBelow(dir: string): Promise<void> {
  for (const entry of await readdir(dir, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) {
      const file = path.join(entry.parentPath, entry.name);
      await rm(file);
      await writeFile(file, random);
    }
}

const damages: Readonly<Record<string, () => Promise<unknown>>> = {
  'a random index': () => writeFile(path.join(estate.data, 'history-concourse.sqlite'), random),
  'an empty index': () => writeFile(path.join(estate.data, 'history-concourse.sqlite'), ''),
  'a folder in the place of the index': async () => {
    await rm(path.join(estate.data, 'history-concourse.sqlite'));
    await mkdir(path.join(estate.data, 'history-concourse.sqlite', 'inner'), { recursive: true });
  },
  'a folder in the place of what Git says': () =>
    mkdir(path.join(estate.data, 'history-concourse.sqlite.log', 'inner'), { recursive: true }),
  'a random line of commits': () => randomBelow(path.join(estate.data, 'concourse-history.git')),
  'a random line of commits, and no index': async () => {
    await randomBelow(path.join(estate.data, 'concourse-history.git', 'objects'));
    await rm(path.join(estate.data, 'history-concourse.sqlite'));
  },
};

it.each(Object.keys(damages))('loses nothing of the past by %s, with no network', async (damage) => {
  await damages[damage]?.();
  session = await estate.open();
  await expect.poll(told).toContain('bag-passed 2 production');
  await expect.poll(() => session?.history.status()).toMatchObject({ phase: 'ready', failure: null });
  await expect.poll(() => session?.engine.bags.list(pipeline).bags.map(({ bag }) => bag)).toEqual([2, 1]);
  expect(session.engine.board().apps).toContain('frontend');
});

it('says that what was saved is gone where its file is, and nothing else is', async () => {
  await rm(path.join(estate.data, 'concourse.sqlite'));
  session = await estate.open();
  expect(session.notices()).toEqual([expect.stringContaining('saved of Concourse pipelines is gone')]);
  expect(session.engine.board().apps).toContain('frontend');
  await close();
  session = await estate.open();
  expect(session.notices()).toEqual([]);
});
