import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect } from '@playwright/test';
import { parse } from 'yaml';
import { z } from 'zod';
import { imageTagPath, owner, releaseRepoName } from '../electron/practice/estate/apps';
import { statePaths } from '../electron/practice/estate/state-folder';
import { type ControlClient, createControlClient } from '../electron/systems/practice/control-client';
import { practiceCredentialsSchema } from '../electron/systems/practice/practice-ready';
import { estateSchema } from '../shared/domain/estate/estate';

const run = promisify(execFile);

/** The practice estate of a running app, as a test sees it: its scenarios, and its release repo by plain git. */
export interface Practice {
  control: ControlClient;
  /** Standard output of `git` in the bare release repo. */
  git(...args: string[]): Promise<string>;
  /** Full messages of the commits on main that carry an operation's trailer; each operation may have at most one. */
  commitsOf(operationId: string): Promise<string[]>;
  /** Syncs an Application by hand, as somebody does in Argo CD's own window: its post-sync workflow runs again. */
  syncByHand(application: string, environment: string): Promise<void>;
  /** Sets the sync windows of the Applications' project in an environment, as whoever runs Argo CD does. */
  setSyncWindows(environment: string, windows: readonly Record<string, unknown>[]): Promise<void>;
  /** Deletes a workflow, as its time to live does in the end. */
  forgetWorkflow(environment: string, name: string): Promise<void>;
  /** What GitHub's API answers another release manager, who owns the charts and is in the team of production. */
  github(address: string, init?: { method: string; body: unknown }): Promise<unknown>;
  /** An app's image-tag file in an environment, at main. */
  imageTagFile(app: string, environment: string): Promise<Record<string, unknown>>;
}

const kubeconfigSchema = z.object({
  clusters: z.array(
    z.object({
      name: z.string(),
      cluster: z.object({ server: z.string(), 'certificate-authority-data': z.string() }),
    }),
  ),
  users: z.array(z.object({ name: z.string(), user: z.object({ token: z.string() }) })),
});

/** Sends a merge patch or a deletion to a cluster's API. @returns the HTTP status. */
function send(
  url: URL,
  options: { method: 'PATCH' | 'DELETE'; token: string; ca: Buffer; body?: unknown },
): Promise<number> {
  const { method, ca, token, body } = options;
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/merge-patch+json' };
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, ca, headers }, (answer) => {
      answer.resume();
      answer.on('end', () => resolve(answer.statusCode ?? 0));
    });
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Reads where the estate is from its state folder, and waits until it answers. */
export async function practiceOf(userData: string): Promise<Practice> {
  const paths = statePaths(path.join(userData, 'practice'));
  const gitDir = path.join(paths.repos, owner, `${releaseRepoName}.git`);
  const places = async () => ({
    estate: estateSchema.parse(parse(await readFile(paths.estateFile, 'utf8'))),
    credentials: practiceCredentialsSchema.parse(JSON.parse(await readFile(paths.credentials, 'utf8'))),
  });
  const connect = async (): Promise<ControlClient> => {
    const {
      estate,
      credentials: { control },
    } = await places();
    const client = createControlClient({ url: estate.practice?.controlUrl ?? '', token: control.token });
    await client.status();
    return client;
  };
  let control: ControlClient | undefined;
  await expect(async () => {
    control = await connect();
  }).toPass();
  if (!control) throw new Error('the practice estate does not answer');
  const git = async (...args: string[]): Promise<string> =>
    (await run('git', ['--git-dir', gitDir, ...args], { maxBuffer: 64 * 1024 * 1024 })).stdout;
  const onCluster = async (
    environment: string,
    method: 'PATCH' | 'DELETE',
    at: string,
    body?: unknown,
  ): Promise<void> => {
    const config = kubeconfigSchema.parse(parse(await readFile(paths.kubeconfig, 'utf8')));
    const cluster = config.clusters.find(({ name }) => name === environment)?.cluster;
    const user = config.users.find(({ name }) => name === environment)?.user;
    if (!cluster || !user) throw new Error(`the kubeconfig has no ${environment}`);
    const ca = Buffer.from(cluster['certificate-authority-data'], 'base64');
    const status = await send(new URL(at, cluster.server), { method, token: user.token, ca, body });
    if (status !== 200) throw new Error(`the cluster of ${environment} answered ${status}`);
  };
  return {
    control,
    git,
    async commitsOf(operationId) {
      const found = await git(
        'log',
        '--format=%B%x00',
        '--fixed-strings',
        `--grep=Signalbox-Operation: ${operationId}`,
        'main',
      );
      return found
        .split('\0')
        .map((message) => message.trim())
        .filter(Boolean);
    },
    async syncByHand(application, environment) {
      await onCluster(
        environment,
        'PATCH',
        `/apis/argoproj.io/v1alpha1/namespaces/cluster-services/applications/${application}`,
        { operation: { initiatedBy: { username: 'admin' }, sync: {} } },
      );
    },
    async setSyncWindows(environment, windows) {
      const at = '/apis/argoproj.io/v1alpha1/namespaces/cluster-services/appprojects/govuk';
      await onCluster(environment, 'PATCH', at, { spec: { syncWindows: windows } });
    },
    async forgetWorkflow(environment, name) {
      await onCluster(environment, 'DELETE', `/apis/argoproj.io/v1alpha1/namespaces/apps/workflows/${name}`);
    },
    async github(address, init) {
      const { estate, credentials } = await places();
      const answer = await fetch(`${estate.sources?.github?.apiUrl ?? ''}/${address}`, {
        method: init?.method ?? 'GET',
        headers: { authorization: `Bearer ${credentials.others.rival}` },
        ...(init ? { body: JSON.stringify(init.body) } : {}),
      });
      if (!answer.ok) throw new Error(`${address}: ${answer.status} ${await answer.text()}`);
      return answer.json();
    },
    imageTagFile: async (app, environment) =>
      parse(await git('show', `main:${imageTagPath(environment as 'production', app)}`)) as Record<
        string,
        unknown
      >,
  };
}
