import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FeedPage, HistoryFilter } from '../../shared/domain/history/history-event';
import { builtProgram } from '../testing/programs';
import { type History, openHistory } from './open-history';
import { type ModelCommit, modelFolder, writeModel } from './testing/model-repo';

let scratch = '';
let history: History;

const file = (version: string, more = ''): string => `image_tag: ${version}\n${more}`;
const held = 'automatic_deploys_enabled: false\npromote_deployment: false\n';
const open = 'promote_deployment: true\n';
const made: ModelCommit[] = [];
const tree = new Map<string, string>();

/** One more commit on the line. */
function commit(author: string, message: string, files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) tree.set(`${modelFolder}/${path}`, text);
  const at = 1_700_000_000 + made.length * 60;
  made.push({ parents: made.length ? [made.length - 1] : [], tree: new Map(tree), at, author, message });
}
const trailers = (kind: string, operation: string): string =>
  `\n\nSignalbox-Operation: ${operation}\nSignalbox-Kind: ${kind}\n`;

beforeAll(async () => {
  commit('Ada', 'Seed', {
    'production/router': file('v1', open),
    'production/static': file('v1', open),
    'production/frontend': file('v1', open),
  });
  commit('Bot', 'Update router image tag to v2 for production', { 'production/router': file('v2', open) });
  commit('Grace', `Roll back router${trailers('rollback', 'op-1')}`, {
    'production/router': file('v1', held),
  });
  commit('Bot', 'Update static image tag to v2 for production', { 'production/static': file('v2', open) });
  // What else the rollback wrote, after somebody else's commit.
  commit('Grace', `Hold frontend, too${trailers('rollback', 'op-1')}`, {
    'production/frontend': file('v1', held),
  });
  commit('Ada', 'Two at once', {
    'production/static': file('v3', open),
    'production/frontend': file('v3', held),
  });
  scratch = mkdtempSync(join(tmpdir(), 'signalbox-stories-'));
  const repo = join(scratch, 'repo.git');
  await writeModel(repo, made);
  history = openHistory({
    repo,
    branch: 'main',
    indexFile: join(scratch, 'index.db'),
    builtWorker: builtProgram('history-worker'),
  });
  await history.update();
});
afterAll(async () => {
  await history.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** Each story as one line: what tells it, of which app, with how many events. */
const told = ({ events, sizes }: FeedPage): string[] =>
  events.map(
    (event, at) => `${event.type === 'deployment' ? event.kind : event.type} ${event.app} ${sizes?.[at]}`,
  );
const feed = async (filter: HistoryFilter = {}): Promise<string[]> =>
  told(await history.feed({ ...filter, limit: 50, stories: true }));

it('tells a rollback as one row, with what else its operation changed, and a commit as one, too', async () => {
  expect(await feed()).toEqual([
    'manual static 2',
    'automatic static 1',
    // The way back, the hold and the promotion switched off; and of the other file the same two.
    'rollback router 5',
    'automatic router 1',
    expect.stringMatching(/^\w+ \w+ 9$/),
  ]);
});

it('tells of all events of a story where it is asked for one of them', async () => {
  const page = await history.feed({ limit: 50, stories: true });
  const rollback = page.events[2];
  if (!rollback) throw new Error('no rollback');
  const { events, total } = await history.story(rollback.id);
  expect(total).toBe(5);
  expect(events.map(({ type, app }) => `${type} ${app}`).toSorted()).toEqual([
    'deployment router',
    'hold-set frontend',
    'hold-set router',
    'promotion-off frontend',
    'promotion-off router',
  ]);
  expect(await history.story(999_999)).toEqual({ events: [], total: 0 });
});

it('counts and tells what the filter leaves of a story', async () => {
  expect(await feed({ types: ['hold-set'] })).toEqual(['hold-set frontend 2']);
  expect(await feed({ apps: ['frontend'], actors: ['Grace'] })).toEqual(['hold-set frontend 2']);
  expect(await feed({ kinds: ['rollback'] })).toEqual(['rollback router 1']);
});

it('finds a kind by what people call it, and still by the message', async () => {
  expect(await feed({ text: 'rollbacks' })).toEqual(['rollback router 1']);
  expect(await feed({ text: 'holds frontend' })).toEqual(['hold-set frontend 1']);
  expect(await feed({ text: 'back' })).toEqual(['rollback router 3']);
});

it('has pages that fit its outline, and counts the events that it folds', async () => {
  const outline = await history.outline({ pageSize: 20, stories: true });
  const events = await history.outline({ pageSize: 20 });
  expect(outline.events).toBe(events.total);
  const whole = await history.feed({ limit: 50, stories: true });
  expect(whole.events).toHaveLength(outline.total);
  expect(whole.sizes?.reduce((sum, size) => sum + size, 0)).toBe(events.total);
  expect(outline.days.reduce((sum, { count }) => sum + count, 0)).toBe(outline.total);
  const paged: string[] = [];
  for (let before: number | null | undefined; before !== null; ) {
    const page = await history.feed({ limit: 2, stories: true, ...(before === undefined ? {} : { before }) });
    paged.push(...told(page));
    before = page.next;
  }
  expect(paged).toEqual(told(whole));
});

it('goes on after an event that no longer tells its story, as one does that went on meanwhile', async () => {
  const whole = await history.feed({ limit: 50, stories: true });
  const all = (await history.feed({ limit: 50 })).events.map(({ id }) => id);
  for (const [place, before] of all.entries()) {
    const page = await history.feed({ limit: 50, stories: true, before });
    expect(page.events.map(({ id }) => id)).toEqual(
      whole.events.map(({ id }) => id).filter((id) => all.indexOf(id) > place),
    );
  }
});

it('names who deployed most, by operations', async () => {
  const { people } = await history.outline({ pageSize: 20, stories: true, until: '2100-01-01T00:00:00Z' });
  expect(people).toEqual([
    { name: 'Ada', deployments: 2 },
    { name: 'Bot', deployments: 2 },
    { name: 'Grace', deployments: 1 },
  ]);
});
