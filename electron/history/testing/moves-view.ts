/** For tests: histories of files that move, and what the index tells of them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { defaultImageTagPath } from '../../../shared/domain/estate/estate';
import type {
  DeploymentEvent,
  FeedPage,
  HistoryEvent,
  VersionRun,
} from '../../../shared/domain/history/history-event';
import { runGit } from '../../systems/git/run-git';
import { HistoryService } from '../service';
import { type ModelCommit, modelFolder, writeModel } from './model-repo';

let scratch = '';
let count = 0;
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'signalbox-moves-'));
});
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** A path in a folder of this file's tests that nothing has yet. */
export function fresh(end: string): string {
  count += 1;
  return join(scratch, `${count}${end}`);
}

export type Files = Record<string, string | null>;
export const app = (name: string, environment = 'production') => `${modelFolder}/${environment}/${name}`;
export const old = (name: string, environment = 'production') =>
  `charts/argocd-apps/image-tags/${environment}/${name}`;
export const tag = (version: string, more = '') => `image_tag: ${version}\n${more}`;

/** Commits that each change some files; `null` removes one. */
export function line(...steps: Files[]): ModelCommit[] {
  const tree = new Map<string, string>();
  return steps.map((files, index) => {
    for (const [path, text] of Object.entries(files))
      if (text === null) tree.delete(path);
      else tree.set(path, text);
    return {
      parents: index ? [index - 1] : [],
      tree: new Map(tree),
      at: 1_700_000_000 + index * 3600,
      author: 'Ada',
      message: `Step ${index}\n`,
    };
  });
}

interface Read {
  service: HistoryService;
  told: string[];
  events: HistoryEvent[];
  /** Versions of a cell's deployments, newest first. */
  deployed(name: string, environment?: string): string[];
  previous(name: string, environment?: string): string[];
}

export function opened(repo: string, template = defaultImageTagPath): HistoryService {
  const indexFile = fresh('.db');
  return new HistoryService({ repo, branch: 'main', indexFile, template }, () => {});
}

export function view(service: HistoryService): Read {
  const events = (service.ask('feed', { limit: 1000 }) as FeedPage).events.reverse();
  return {
    service,
    events,
    told: events.map((event) => {
      const place = `${event.app}@${event.environment}`;
      if (event.type === 'deployment') return `${place} ${event.from ?? '-'} > ${event.to}`;
      return 'otherPath' in event ? `${place} ${event.type} ${event.otherPath}` : `${place} ${event.type}`;
    }),
    deployed: (name, environment = 'production') =>
      (service.ask('deployments', { app: name, environment, limit: 50 }) as DeploymentEvent[]).map(
        ({ to }) => to,
      ),
    previous: (name, environment = 'production') =>
      (service.ask('previousVersions', { app: name, environment, limit: 50 }) as VersionRun[]).map(
        ({ version }) => version,
      ),
  };
}

/** The same history, read at once and commit by commit: both must tell the same. */
export async function read(commits: readonly ModelCommit[], template?: string): Promise<Read> {
  const gitDir = fresh('.git');
  const oids = await writeModel(gitDir, commits);
  const whole = opened(gitDir, template);
  await whole.update();
  const steps = opened(gitDir, template);
  for (const oid of oids) {
    await runGit(['update-ref', 'refs/heads/main', oid], { gitDir });
    await steps.update();
  }
  const plain = (one: Read) => one.events.map(({ id: _, ...event }) => event);
  expect(plain(view(steps))).toEqual(plain(view(whole)));
  const newest = (service: HistoryService) =>
    (service.ask('lastDeployments', null) as DeploymentEvent[]).map(({ id: _, ...event }) => event);
  expect(newest(steps)).toEqual(newest(whole));
  steps.close();
  return view(whole);
}

export const last = ({ service }: Read) =>
  (service.ask('lastDeployments', null) as DeploymentEvent[])
    .map((one) => `${one.app}@${one.environment} ${one.to} ${one.at}`)
    .sort();
