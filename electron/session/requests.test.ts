import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ParsedInputOf, type ProcedureName, procedures } from '../../shared/contract/contract';
import { procedureNames } from '../../shared/contract/names';
import type { Result } from '../../shared/domain/failure/failure';
import type { Session } from './open-session';
import { createRequests } from './requests';
import { askAsWindow, type SmallEstate, smallEstate } from './testing/small-estate';

function shapeOf(name: ProcedureName): object {
  const { input } = procedures[name];
  return 'shape' in input ? input.shape : {};
}
const takesRequestId = procedureNames.filter((name) => 'requestId' in shapeOf(name));

const on = (name: string) => ({ environment: 'staging', namespace: 'apps', name });
/** What is asked, by procedure; every procedure with a `requestId` has one here, on an object of its own. */
const asked = {
  'operation.start': {
    intent: { kind: 'hold', app: 'frontend', environment: 'staging', reason: 'Looking' },
    seen: [],
  },
  'application.nudge': { app: 'router', environment: 'staging' },
  'application.refresh': { application: 'refreshed', environment: 'staging', mode: 'normal' },
  'application.sync': { application: 'synced', environment: 'staging' },
  'application.terminate': { application: 'syncing', environment: 'staging', startedAt: null },
  'workflow.resubmit': on('ended'),
  'workflow.retry': on('failed'),
  'workflow.stop': on('runs-1'),
  'workflow.terminate': on('runs-2'),
  'workflow.suspend': on('runs-3'),
  'workflow.resume': on('waits'),
} as const;
type OnceName = keyof typeof asked;
const once = Object.keys(asked) as OnceName[];

let there: SmallEstate;
let session: Session;

const ask = (name: ProcedureName, input: unknown) => askAsWindow(session, name, input);

/** Everything that was begun or written: operations, actions, and what the cluster holds of them. */
const effects = () => ({
  operations: session.engine.list({ limit: 200 }).map(({ id }) => id),
  actions: session.archive.actions({ limit: 200 }),
  there: [
    ...there.cluster.store.list('Workflow'),
    ...['refreshed', 'synced', 'syncing'].map((name) =>
      there.cluster.store.get('Application', 'cluster-services', name),
    ),
  ],
});

const workflow = (name: string, phase: string, nodes: object = {}, spec: object = {}) => ({
  metadata: { name, namespace: 'apps', labels: { repoName: name } },
  spec: { workflowTemplateRef: { name: 'post-sync' }, ...spec },
  status: { phase, nodes },
});
const application = (name: string, more: object = {}) => ({
  metadata: { name, namespace: 'cluster-services', annotations: { repoName: name } },
  spec: { source: { repoURL: 'https://example.org/charts' }, destination: { namespace: 'apps' } },
  status: { sync: { status: 'Synced' }, health: { status: 'Healthy' } },
  ...more,
});

beforeEach(async () => {
  there = await smallEstate();
  const { cluster } = there;
  const node = (type: string, phase: string) => ({ id: 'n', name: 'n', type, phase });
  const failed = (name: string) =>
    workflow(name, 'Failed', {
      [name]: { id: name, name, type: 'DAG', phase: 'Failed', children: ['n'] },
      n: { ...node('Pod', 'Failed'), boundaryID: name },
    });
  for (const one of [
    ...['ended', 'failed'].map(failed),
    ...['runs-1', 'runs-2', 'runs-3'].map((name) => workflow(name, 'Running')),
    workflow('waits', 'Running', { n: node('Suspend', 'Running') }),
  ])
    cluster.store.create('Workflow', one as never);
  for (const name of ['refreshed', 'synced']) cluster.store.create('Application', application(name) as never);
  cluster.store.create(
    'Application',
    application('syncing', {
      operation: { sync: {} },
      status: { operationState: { phase: 'Running', startedAt: '2026-03-01T10:00:00Z', operation: {} } },
    }) as never,
  );
  session = await there.open();
});
afterEach(async () => {
  await session.close();
  await there.close();
});

describe('a request that comes twice', () => {
  it('is known of every procedure that takes an id', () => {
    // What is announced acts on nothing here: the queue knows it by the same id (announcements/announcer.test.ts).
    const all = [...once, 'announcements.write'].sort();
    expect(takesRequestId.sort()).toEqual(all);
    expect(procedureNames.filter((name) => 'once' in procedures[name]).sort()).toEqual(all);
  });

  it('is done once, whatever it is, also after a start in between', async () => {
    const first = new Map<OnceName, Result<unknown>>();
    const inputs = new Map(once.map((name) => [name, { ...asked[name], requestId: crypto.randomUUID() }]));
    for (const [name, input] of inputs) {
      const [one, beside] = await Promise.all([ask(name, input), ask(name, input)]);
      expect(one, name).toMatchObject({ ok: true });
      expect(beside, name).toEqual(one);
      first.set(name, one);
    }
    const done = effects();
    expect(done.operations).toHaveLength(2);
    expect(done.actions).toHaveLength(once.length - 2);
    for (const [name, input] of inputs) expect(await ask(name, input), name).toEqual(first.get(name));
    expect(effects()).toEqual(done);
    await session.close();
    session = await there.open();
    for (const [name, input] of inputs) expect(await ask(name, input), name).toEqual(first.get(name));
    expect(effects()).toEqual(done);
  });

  it('is refused where it is another one under the same id, and nothing is done', async () => {
    const inputs = once.map((name) => ({ name, requestId: crypto.randomUUID() }));
    for (const { name, requestId } of inputs)
      expect(await ask(name, { ...asked[name], requestId }), name).toMatchObject({ ok: true });
    const done = effects();
    const refused = { ok: false, failure: { code: 'invalid-input' } };
    for (const { name, requestId } of inputs) {
      const other: OnceName = name === 'application.refresh' ? 'workflow.suspend' : 'application.refresh';
      expect(await ask(other, { ...asked[other], requestId }), name).toMatchObject(refused);
      expect(await ask(name, differently(name, requestId)), name).toMatchObject(refused);
    }
    expect(effects()).toEqual(done);
  });

  it('is one for as long as Signalbox runs where it cannot be written down', async () => {
    const reported: string[] = [];
    const full = { code: 'disk-full' as const, message: 'Full.', meaning: '', next: [] };
    const requests = createRequests({
      store: { recordRequest: () => full, request: () => null },
      now: () => new Date(),
      report: ({ code }) => reported.push(code),
    });
    const input = { requestId: crypto.randomUUID(), app: 'frontend' };
    const operation = ({ requestId }: { requestId: string }) => requests.operationId(requestId);
    const first = await requests.once('application.nudge', input, operation);
    expect(await requests.once('application.nudge', input, operation)).toBe(first);
    await expect(
      requests.once('application.nudge', { ...input, app: 'router' } as typeof input, operation),
    ).rejects.toMatchObject({ failure: { code: 'invalid-input' } });
    expect(reported).toEqual(['disk-full']);
  });

  it('is done again where it was refused the first time, and another id is another request', async () => {
    const input: ParsedInputOf<'application.sync'> = {
      ...asked['application.sync'],
      application: 'later',
      dryRun: false,
      resources: [],
      requestId: crypto.randomUUID(),
    };
    expect(await ask('application.sync', input)).toMatchObject({ failure: { code: 'not-found' } });
    there.cluster.store.create('Application', application('later') as never);
    expect(await ask('application.sync', input)).toMatchObject({ ok: true });
    const next = { ...asked['application.nudge'], requestId: crypto.randomUUID() };
    expect(await ask('application.nudge', next)).toMatchObject({ ok: true });
    const another = { ...next, requestId: crypto.randomUUID() };
    expect(await ask('application.nudge', another)).toMatchObject({ failure: { code: 'busy' } });
  });
});

/** The same procedure with another input. */
function differently(name: OnceName, requestId: string): unknown {
  if (name === 'operation.start')
    return { ...asked[name], intent: { ...asked[name].intent, reason: 'Something else' }, requestId };
  if (name === 'application.nudge') return { ...asked[name], app: 'frontend', requestId };
  if (name.startsWith('application.')) return { ...asked[name], application: 'other', requestId };
  return { ...asked[name], name: 'other', requestId };
}
