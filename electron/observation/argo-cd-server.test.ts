import { afterEach, describe, expect, it } from 'vitest';
import { type ArgoCdRehearsal, rehearseArgoCd } from '../practice/argo-servers/testing/rehearse-argo-cd';
import type { Application } from '../practice/controllers/kubernetes-shapes';
import { stopRehearsals } from '../practice/controllers/rehearsal';
import { argoNamespace, parentName } from '../practice/controllers/render';
import { startTestCluster } from '../practice/testing/cluster';
import { connectServer } from '../systems/argo/server/server-connection';
import { sessionEnded } from '../systems/argo/server/server-failures';
import type { ServerCredential, ServerSession } from '../systems/argo/server/server-session';
import { connect } from '../systems/kubernetes/connection';
import type { Connection } from '../systems/kubernetes/types';
import { observeCluster } from './observe-cluster';
import type { Cluster, ClusterChange } from './types';

let now: ArgoCdRehearsal;
let cluster: Cluster;
let connection: Connection;
let logged: string[];
const { signal } = new AbortController();

/** As `sign-in` keeps one: over once it is refused, woken when somebody signs in. */
class Signed implements ServerSession {
  #credential: ServerCredential | null = null;
  #waker = new AbortController();
  #leaver = new AbortController();
  #hasEnded = false;
  signIn(token: string): void {
    this.#credential = { authorization: `Bearer ${token}`, cookie: null };
    const before = this.#waker;
    this.#waker = new AbortController();
    before.abort();
  }
  signOut(): void {
    this.#credential = null;
    this.#leave();
  }
  #leave(): void {
    const before = this.#leaver;
    this.#leaver = new AbortController();
    before.abort(sessionEnded({ context: 'production', server: now.url, system: 'Argo CD' }));
  }
  credential = () => this.#credential;
  ended = (used: ServerCredential) => {
    if (used !== this.#credential) return;
    this.#credential = null;
    this.#hasEnded = true;
    this.#leave();
  };
  hasEnded = () => this.#hasEnded;
  woken = () => this.#waker.signal;
  left = () => this.#leaver.signal;
}
let session: Signed;

async function open(
  options: Parameters<typeof rehearseArgoCd>[0] = {},
  signedIn = true,
  kubernetes: Connection | null = null,
  withWorkflows = false,
): Promise<void> {
  now = await rehearseArgoCd(options);
  session = new Signed();
  if (signedIn) session.signIn(now.token());
  logged = [];
  const place = { environment: 'production', system: 'argo-cd' as const, url: now.url };
  connection = connectServer({ place, session });
  cluster = observeCluster({
    connection: kubernetes,
    place: {
      environment: 'production',
      argoNamespace,
      workflowsNamespace: 'apps',
      appsNamespace: 'apps',
      parentApplication: parentName,
    },
    argo: {
      cd: { connection },
      ...(withWorkflows ? { workflows: { connection, isSignedIn: () => true } } : {}),
    },
    timing: { backoffBase: 20, backoffLimit: 100 },
    log: (level, event, data) => logged.push(`${level} ${event} ${JSON.stringify(data)}`),
  });
}
afterEach(async () => {
  await cluster.close();
  await now.close();
  await stopRehearsals();
});

const shown = () => cluster.view.application('frontend');
const applicationsAre = (state: string) =>
  expect.poll(() => cluster.view.freshness('applications').state).toBe(state);
const requests = (line: string) => now.noted.filter(({ method, url }) => `${method} ${url}`.startsWith(line));

describe('Applications by Argo CD’s own server', () => {
  it('are seen and followed, over a stream that breaks, without a flicker', async () => {
    await open();
    await applicationsAre('live');
    expect(shown()).toMatchObject({ version: 'v1', sync: 'Synced', health: 'Healthy' });
    expect(cluster.view.applications('frontend').map(({ name }) => name)).toEqual([
      'frontend',
      'draft-frontend',
    ]);
    await expect.poll(() => cluster.view.syncWindows('frontend')?.state).toBe('open');
    const changes: ClusterChange[] = [];
    cluster.view.onChange((more) => changes.push(...more));
    now.server.faults.cutStreams();
    await expect.poll(now.server.openStreams).toBeGreaterThan(0);
    now.repo.set('production', 'frontend', { imageTag: 'v2' });
    expect(await cluster.actions.refresh(parentName, 'normal', signal)).toEqual({
      ok: true,
      value: undefined,
    });
    await expect.poll(() => shown()?.version).toBe('v2');
    await applicationsAre('live');
    expect(changes.filter(({ topic, app }) => topic === 'application' && app === 'publishing-api')).toEqual(
      [],
    );
    expect(cluster.status()).toMatchObject({
      doors: [
        {
          system: 'argo-cd',
          through: 'server',
          because: null,
          since: expect.stringMatching(/^\d{4}-/),
          ways: [
            { through: 'kubernetes', state: 'closed', why: expect.stringMatching(/^No Kubernetes API/) },
            { through: 'server', state: 'used', why: null },
          ],
        },
      ],
    });
    expect(cluster.view.gaps().map(({ kind }) => kind)).not.toContain('applications');
    expect(now.problems()).toEqual([]);
  });

  it('are synced with the operation’s id, once, also when the answer is lost', async () => {
    await open();
    await applicationsAre('live');
    now.server.faults.loseAnswer(/^POST .*\/sync$/);
    const request = { operationId: 'op-1', actor: 'Ana' };
    const sync = () => cluster.actions.sync('frontend', request, signal);
    expect(await sync()).toEqual({ ok: true, value: undefined });
    await expect.poll(() => cluster.actions.syncedBy('frontend')).toBe('op-1');
    await expect.poll(() => shown()?.operation?.phase).toBe('Succeeded');
    expect(await sync()).toEqual({ ok: true, value: undefined });
    expect(requests('POST')).toHaveLength(1);
    expect(requests('POST')[0]?.body).toMatchObject({
      prune: true,
      infos: [
        { name: 'signalbox-operation', value: 'op-1' },
        { name: 'signalbox-actor', value: 'Ana' },
      ],
    });
    expect(now.cluster.app('frontend').status?.operationState?.operation).toMatchObject({
      initiatedBy: { username: 'practice' },
    });
    expect(now.problems()).toEqual([]);
  });

  it('are synced at the commit that is asked for, and without one at what they track', async () => {
    await open();
    await applicationsAre('live');
    const [actor, revision] = ['Ana', '1'.repeat(40)];
    await cluster.actions.sync(parentName, { operationId: 'op-1', actor, revision }, signal);
    await cluster.actions.sync('frontend', { operationId: 'op-2', actor }, signal);
    const revisions = requests('POST').map(({ body }) => (body as { revision?: string }).revision);
    expect(revisions).toEqual([revision, undefined]);
    expect(now.problems()).toEqual([]);
  });

  it('are not synced beside another sync, which is named, and only the one that is meant is terminated', async () => {
    await open();
    await applicationsAre('live');
    // A window that lets people sync keeps what runs by itself waiting.
    const window = {
      kind: 'deny',
      schedule: '* * * * *',
      duration: '1h',
      applications: ['*'],
      manualSync: true,
    };
    now.cluster.store.patch('AppProject', argoNamespace, 'govuk', 'merge', {
      spec: { syncWindows: [window] },
    });
    now.cluster.store.patch('Application', argoNamespace, 'frontend', 'merge', {
      operation: { initiatedBy: { automated: true }, sync: {} },
    });
    await expect.poll(() => shown()?.operation?.phase).toBe('Running');
    const refused = await cluster.actions.sync('frontend', { operationId: 'op-2', actor: 'Ana' }, signal);
    expect(refused).toMatchObject({ failure: { code: 'busy' } });
    expect(requests('POST')).toEqual([]);
    const ended = await cluster.actions.terminate('frontend', '2020-01-01T00:00:00Z', signal);
    expect(ended).toMatchObject({ failure: { code: 'conflict' } });
    expect(requests('DELETE')).toEqual([]);
    const startedAt = now.cluster.app('frontend').status?.operationState?.startedAt ?? '';
    now.server.faults.loseAnswer(/^DELETE .*\/operation$/);
    expect(await cluster.actions.terminate('frontend', startedAt, signal)).toEqual({
      ok: true,
      value: undefined,
    });
    expect(now.cluster.app('frontend').status?.operationState?.phase).toBe('Terminating');
    await expect.poll(() => cluster.actions.isBehind('frontend')).toBe(false);
    expect(now.problems()).toEqual([]);
  });

  it('are refreshed while the controller does not answer, and nobody waits for it', async () => {
    await open();
    await applicationsAre('live');
    now.repo.away = true;
    const asked = await cluster.actions.refresh('frontend', 'hard', signal);
    expect(asked).toEqual({ ok: true, value: undefined });
    // The practice controller takes the mark away with a comparison error; nothing was asked twice.
    expect(requests('GET /api/v1/applications/frontend?refresh=hard')).toHaveLength(1);
  });

  it('say what one may do there, by role', async () => {
    await open({ rights: 'everything' });
    await applicationsAre('live');
    await expect.poll(() => cluster.view.access('sync')).toMatchObject({ state: 'allowed', asked: true });
    expect(cluster.view.access('refresh').state).toBe('allowed');
    expect(cluster.view.access('stop-workflow').state).toBe('denied');
    expect(now.problems()).toEqual([]);
  });

  it('end with whoever was signed in, and so does what is known of their rights', async () => {
    await open({ rights: 'everything' });
    await applicationsAre('live');
    await expect.poll(() => cluster.view.access('sync').state).toBe('allowed');
    session.signOut();
    expect(cluster.view.access('sync').state).not.toBe('allowed');
    await applicationsAre('unreachable');
    session.signIn(now.token());
    await applicationsAre('live');
    await expect.poll(() => cluster.view.access('sync').state).toBe('allowed');
  });

  it('keep their rights where a server of Argo Workflows is named beside, which has no say in them', async () => {
    await open({ rights: 'everything' }, true, null, true);
    await applicationsAre('live');
    await expect.poll(() => cluster.view.access('sync')).toMatchObject({ state: 'allowed', asked: true });
    expect(cluster.view.access('terminate-sync').state).toBe('allowed');
    expect(cluster.view.access('submit-workflow')).toMatchObject({ state: 'unknown', onlyTrying: true });
  });

  it('stay as they were when the session ends, told once, and come back with the next', async () => {
    await open();
    await applicationsAre('live');
    now.endSessions();
    now.server.faults.cutStreams();
    await applicationsAre('unreachable');
    expect(cluster.view.freshness('applications')).toMatchObject({
      failure: { code: 'unauthorised', next: [{ label: expect.stringMatching(/Sign in/) }] },
    });
    expect(shown()).toMatchObject({ version: 'v1' });
    const before = now.server.requests();
    session.signIn(now.token());
    await applicationsAre('live');
    expect(now.server.requests()).toBeGreaterThan(before);
  });

  it('are as of the end of the session as soon as anything is refused, though their stream stands', async () => {
    await open();
    await applicationsAre('live');
    await expect.poll(now.server.openStreams).toBeGreaterThan(0);
    await expect.poll(() => cluster.view.access('sync').state).toBe('allowed');
    await expect.poll(() => cluster.view.freshness('rollouts', 'pods').state).toBe('live');
    now.endSessions();
    expect(await cluster.actions.refresh('frontend', 'normal', signal)).toMatchObject({
      failure: { code: 'unauthorised' },
    });
    expect(cluster.view.access('sync').state).toBe('unknown');
    await expect
      .poll(() => cluster.view.freshness('applications'))
      .toMatchObject({ state: 'unreachable', asOf: expect.any(String), failure: { code: 'unauthorised' } });
    expect(shown()).toMatchObject({ version: 'v1' });
    // What rests on them is of then, too, and comes back with them: nobody waits for the next look at each.
    expect(cluster.view.freshness('rollouts')).toMatchObject({
      state: 'unreachable',
      asOf: expect.any(String),
      failure: { code: 'unauthorised' },
    });
    session.signIn(now.token());
    await applicationsAre('live');
    await expect.poll(() => cluster.view.freshness('rollouts', 'pods').state).toBe('live');
  });

  it('are not asked for before somebody signs in', async () => {
    await open({}, false);
    await applicationsAre('unreachable');
    expect(now.server.requests()).toBe(0);
    expect(cluster.view.gaps()).toContainEqual(
      expect.objectContaining({
        kind: 'applications',
        because: expect.objectContaining({ code: 'signed-out' }),
      }),
    );
    // Nor is anything else waited for that only they lead to.
    await expect
      .poll(() => cluster.view.freshness())
      .toMatchObject({ state: 'unreachable', failure: { code: 'signed-out' } });
    expect(cluster.view.freshness('rollouts', 'pods')).toMatchObject({ failure: { code: 'signed-out' } });
    session.signIn(now.token());
    await applicationsAre('live');
    expect((shown() satisfies unknown as Application | null)?.kind).toBeUndefined();
  });

  it('show their rollouts, pods and images by the resource tree, judged as those of watches are', async () => {
    await open();
    await expect.poll(() => cluster.view.freshness('rollouts', 'pods').state).toBe('live');
    const rollout = () =>
      cluster.view.rollouts('frontend').find(({ deployment }) => deployment === 'frontend');
    await expect.poll(() => rollout()?.state).toBe('done');
    expect(rollout()?.pods).toHaveLength(3);
    now.repo.set('production', 'frontend', { imageTag: 'v2' });
    await cluster.actions.refresh(parentName, 'normal', signal);
    await expect
      .poll(() =>
        cluster.view
          .workloads('frontend')
          .pods.map(({ images }) => images.join())
          .join(),
      )
      .toMatch(/^(?:[^,]*:v2,?)+$/);
    await expect.poll(() => rollout()?.state).toBe('done');
    expect(cluster.view.freshness('rollouts').state).toBe('live');
    expect(now.problems()).toEqual([]);
  });

  it('take the place of the Kubernetes API where that shows none, and both say so once', async () => {
    // What GOV.UK's API gives a developer: pods and Deployments, nothing of Argo.
    const api = await startTestCluster();
    try {
      api.server.faults.answer({ code: 403, path: /argoproj\.io/ });
      const kubernetes = await connect({ kubeconfig: [api.kubeconfig], context: 'test' });
      await open({}, false, kubernetes);
      await applicationsAre('unreachable');
      const gaps = () => cluster.view.gaps().filter(({ kind }) => kind === 'applications');
      expect(gaps()).toMatchObject([{ because: { code: 'forbidden' } }]);
      await expect.poll(() => cluster.view.freshness('pods').state).toBe('live');
      session.signIn(now.token());
      await applicationsAre('live');
      expect(shown()).toMatchObject({ version: 'v1' });
      expect(gaps()).toEqual([]);
      expect(cluster.status().doors).toMatchObject([
        { through: 'server', because: expect.stringMatching(/don’t have permission/) },
      ]);
      expect(logged.filter((line) => line.includes('cluster.door'))).toHaveLength(1);
      await expect.poll(() => cluster.view.access('sync').state).toBe('allowed');
      expect(await cluster.actions.refresh('frontend', 'normal', signal)).toEqual({
        ok: true,
        value: undefined,
      });
    } finally {
      await api.close();
    }
  });
});
