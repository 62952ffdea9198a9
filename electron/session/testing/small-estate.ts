import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect } from 'vitest';
import type { ProcedureName } from '../../../shared/contract/contract';
import { usualDesktop } from '../../../shared/contract/session';
import { defaultBoardSettings } from '../../../shared/domain/board/board-view';
import { estateSchema } from '../../../shared/domain/estate/estate';
import type { Result } from '../../../shared/domain/failure/failure';
import { dispatch } from '../../ipc/dispatcher';
import { noLog } from '../../log/log';
import { startTestCluster, type TestCluster } from '../../practice/testing/cluster';
import { createHandlers } from '../handlers';
import { openSession, type Session } from '../open-session';
import type { SessionConfig } from '../session-config';

const identity = { name: 'Ada', email: 'ada@example.org' };
const settings = {
  colourScheme: 'auto' as const,
  signCommits: false,
  notifications: true,
  identity,
  board: defaultBoardSettings,
  desktop: usualDesktop,
};

/** A release repo of two apps in staging, and a cluster that nothing controls. */
export interface SmallEstate {
  readonly repo: string;
  readonly cluster: TestCluster;
  /** Where Signalbox keeps its own files. */
  readonly userData: string;
  /** Opens it as it was left; ledger and cluster are live then. */
  open(how?: Partial<Pick<SessionConfig, 'mode' | 'inPlace'>> & { deployHours?: unknown }): Promise<Session>;
  close(): Promise<void>;
}

export async function smallEstate(): Promise<SmallEstate> {
  const folder = await mkdtemp(path.join(tmpdir(), 'signalbox-small-'));
  const repo = path.join(folder, 'release');
  const tags = path.join(repo, 'charts', 'app-config', 'image-tags', 'staging');
  await mkdir(tags, { recursive: true });
  for (const app of ['frontend', 'router']) await writeFile(path.join(tags, app), 'image_tag: v1\n');
  const git = (...args: string[]) => execFileSync('git', ['-C', repo, ...args], { stdio: 'ignore' });
  git('init', '--initial-branch=main');
  git('config', 'receive.denyCurrentBranch', 'ignore');
  git('add', '.');
  git('-c', 'user.name=A', '-c', 'user.email=a@example.org', 'commit', '-m', 'Begin');
  const cluster = await startTestCluster();
  const userData = path.join(folder, 'data');
  return {
    repo,
    cluster,
    userData,
    async open({ mode = 'practice', inPlace = false, deployHours } = {}) {
      const session = await openSession({
        estate: estateSchema.parse({
          name: 'Small',
          ledger: { url: repo },
          environments: [
            { name: 'staging', deployHours, cluster: { context: 'test', kubeconfig: cluster.kubeconfig } },
          ],
          pipelines: [{ name: 'govuk', kind: 'apps', environments: ['staging'] }],
        }),
        mode,
        dir: userData,
        inPlace,
        identity: () => identity,
        ledgerCredentials: async () => null,
        githubToken: async () => null,
        log: noLog,
      });
      await session.ledger.refresh();
      await expect.poll(() => session.clusters.get('staging')?.view.freshness().state).toBe('live');
      return session;
    },
    async close() {
      await cluster.close();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** Asks as the window does, over the border, with handlers that have answered nothing yet. @throws what is a fault. */
export const askAsWindow = (
  session: Session,
  name: ProcedureName,
  input: unknown,
): Promise<Result<unknown>> =>
  dispatch(
    async () =>
      createHandlers(session, {
        own: { userData: '', logFile: '', faults: () => [] },
        app: { version: '', runtime: '', chromium: '', node: '', platform: '', fallbackRuntime: false },
        settings: { get: () => settings },
        openMail: () => true,
        chooseSaveFile: async () => null,
        practice: null,
        credentials: { describe: () => ({ unavailableBecause: null, credentials: [] }), set: () => {} },
      }),
    name,
    input,
    (what, error) => {
      throw new Error(`${what}: ${error}`);
    },
  );
