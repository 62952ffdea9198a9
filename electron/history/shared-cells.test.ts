import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { defaultImageTagPath } from '../../shared/domain/estate/estate';
import type {
  DeploymentEvent,
  FiguresRow,
  HistoricBoard,
  VersionRun,
} from '../../shared/domain/history/history-event';
import { HistoryService } from './service';
import { type ModelCommit, modelFolder, writeModel } from './testing/model-repo';

/**
 * An app that the release repo deploys and that a Concourse calls by the same names: the way back in the release repo is
 * by what ran by the release repo.
 */
let scratch = '';
let history: HistoryService;
const began = 1_700_000_000;

/** A line of commits, each with all its files; `at` in minutes. */
const lineOf = (folder: string, commits: readonly { at: number; tree: Record<string, string> }[]) =>
  commits.map(
    ({ at, tree }, index): ModelCommit => ({
      parents: index ? [index - 1] : [],
      tree: new Map(
        Object.entries(tree).map(([path, version]) => [`${folder}/${path}`, `image_tag: ${version}\n`]),
      ),
      at: began + at * 60,
      author: 'Ada',
      message: 'Deploy',
    }),
  );

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'signalbox-cells-'));
  const [tags, concourse] = [join(scratch, 'tags.git'), join(scratch, 'concourse.git')];
  await writeModel(
    tags,
    lineOf(modelFolder, [
      { at: 0, tree: { 'staging/router': 'v1', 'staging/fresh': 'v1' } },
      { at: 10, tree: { 'staging/router': 'v2', 'staging/fresh': 'v1' } },
    ]),
  );
  await writeModel(
    concourse,
    lineOf('image-tags', [
      { at: 5, tree: { 'staging/router': 'c1', 'staging/fresh': 'c1', 'staging/apart': 'c1' } },
      { at: 20, tree: { 'staging/router': 'c2', 'staging/fresh': 'c2', 'staging/apart': 'c2' } },
    ]),
  );
  history = new HistoryService(
    {
      repo: tags,
      branch: 'main',
      indexFile: join(scratch, 'index.sqlite'),
      template: defaultImageTagPath,
      concourse: { repo: concourse, branch: 'main' },
    },
    () => {},
  );
  await history.update();
});
afterAll(async () => {
  await history.settled();
  history.close();
  rmSync(scratch, { recursive: true, force: true });
});

const versions = (app: string): (string | null)[] =>
  (history.ask('deployments', { app, environment: 'staging', limit: 50 }) as DeploymentEvent[]).map(
    ({ to }) => to,
  );

it('goes back to what ran by the release repo, and never to what a Concourse deployed', () => {
  expect(versions('router')).toEqual(['v2', 'v1']);
  expect(versions('fresh')).toEqual(['v1']);
  const before = (app: string) =>
    (history.ask('previousVersions', { app, environment: 'staging', limit: 50 }) as VersionRun[]).map(
      ({ version }) => version,
    );
  expect(before('router')).toEqual(['v1']);
  expect(before('fresh')).toEqual([]);
});

it('has each cell once, and the apps of the Concourse alone besides', () => {
  const cellsOf = (list: readonly { app: string; to?: string | null; version?: string | null }[]) =>
    list.map(({ app, to, version }) => `${app} ${to ?? version}`).toSorted();
  const wanted = ['apart c2', 'fresh v1', 'router v2'];
  expect(cellsOf(history.ask('lastDeployments', null) as DeploymentEvent[])).toEqual(wanted);
  const { cells } = history.ask('board', { id: Number.MAX_SAFE_INTEGER }) as HistoricBoard;
  expect(cellsOf(cells)).toEqual(wanted);
  expect(versions('apart')).toEqual(['c2', 'c1']);
});

it('counts a deployment once in the figures', () => {
  const figures = (to: string[]) =>
    (
      history.ask('figures', {
        environments: to,
        since: '2000-01-01T00:00:00Z',
        until: '2100-01-01T00:00:00Z',
        by: 'app',
      }) as FiguresRow[]
    ).map(({ key, deployments }) => `${key} ${deployments}`);
  const [apart, fresh, router] = [versions('apart'), versions('fresh'), versions('router')];
  expect(figures(['staging']).toSorted()).toEqual([
    `apart ${apart.length}`,
    `fresh ${fresh.length}`,
    `router ${router.length}`,
  ]);
});
