import { describe, expect, it } from 'vitest';
import { routeSchema } from '../../../shared/domain/estate/routes';
import { type Failure, fail, ok, type Result } from '../../../shared/domain/failure/failure';
import type { StepContext, VersionIntent } from '../operation-context';
import { carryByWorkflow } from './workflow-route';

const failure = (code: Failure['code']): Failure => ({
  code,
  message: `It was ${code}.`,
  meaning: '',
  next: [],
});
const route = routeSchema.parse({ kind: 'workflow' });
if (route.kind !== 'workflow') throw new Error('another route');

/** Submits as a step does, with what the cluster answers to one request after the other. */
async function submitting(
  answers: Result<{ namespace: string; name: string }>[],
  begun?: { outcome: 'pending' | 'not-done'; data: Record<string, unknown>; text: string },
  commits: readonly string[] = [],
) {
  const effects = new Map<string, unknown>(begun ? [['commit', begun]] : []);
  let asked = 0;
  const cluster = {
    view: {
      environment: 'staging',
      freshness: () => ({ state: 'live', asOf: 'now' }),
      gaps: () => [],
      access: () => ({ state: 'allowed' }),
      workflows: () => [],
      applications: () => [],
      applicationDetails: () => [],
      workflow: () => null,
      onChange: () => () => undefined,
    },
    actions: {
      parentApplication: 'app-config',
      submitWorkflow: async () => answers[asked++] ?? fail(failure('internal')),
    },
  };
  const context = {
    id: '01999999-0000-7000-8000-000000000000',
    intent: { kind: 'deploy', app: 'frontend', environment: 'staging', version: 'v2', expected: 'v1' },
    signal: new AbortController().signal,
    cancelled: new AbortController().signal,
    record: () => ({ effects }),
    waiting: () => undefined,
    saw: () => undefined,
    workflow: () => undefined,
    job: () => undefined,
    intend: (effect: string, text: string, data: Record<string, unknown>) =>
      effects.set(effect, { outcome: 'pending', text, data }),
    result: (effect: string, result: { outcome: string; text: string }) =>
      effects.set(effect, { ...(effects.get(effect) as object), ...result }),
    world: {
      holder: () => null,
      clusters: new Map([['staging', cluster]]),
      estate: { environments: [{ name: 'staging', cluster: { workflowsNamespace: 'apps' } }] },
      reader: { layout: { path: () => 'a' }, facts: () => ({ version: 'v1' }) },
      ledger: {
        refresh: async () => ok(null),
        log: async () => ok(commits.map((commit) => ({ commit }))),
        snapshotAt: async () => ok({ file: () => ({ text: 'image_tag: v2\n' }) }),
        snapshot: () => ({ commit: 'c' }),
        onChange: () => () => undefined,
      },
      limits: { job: 20 },
      now: () => new Date(0),
    },
  } as unknown as StepContext<VersionIntent>;
  const end = await carryByWorkflow(context, route as Extract<typeof route, { kind: 'workflow' }>);
  return { end, asked, effect: effects.get('commit') as { outcome: string; data: Record<string, unknown> } };
}

describe('a workflow that is submitted', () => {
  it('is not done where the cluster refused it at once', async () => {
    const { end, effect } = await submitting([fail(failure('forbidden'))]);
    expect(end).toMatchObject({ state: 'failed', failure: { code: 'forbidden' } });
    expect(effect.outcome).toBe('not-done');
  });

  it('makes way for the next route where the cluster has no such template, or no place for workflows', async () => {
    const { end, effect } = await submitting([fail(failure('not-found'))]);
    expect(end).toMatchObject({ state: 'failed', failure: { code: 'forbidden' } });
    expect(effect.outcome).toBe('not-done');
  });

  it('is unknown, and no other way is taken, where an answer was lost before the refusal', async () => {
    const { end, effect, asked } = await submitting([fail(failure('timeout')), fail(failure('forbidden'))]);
    expect(asked).toBe(2);
    expect(end.state).toBe('unknown');
    expect(effect.outcome).toBe('unknown');
  });

  it('is unknown where an earlier process may have submitted it, whatever is answered now', async () => {
    const data = { route: 'workflow', before: null, name: 'a', namespace: 'apps' };
    for (const code of ['forbidden', 'unauthorised', 'refused'] as const)
      expect(
        (await submitting([fail(failure(code))], { outcome: 'pending', text: 'a', data })).end.state,
      ).toBe('unknown');
  });

  it('is not submitted again once it was accepted, though the cluster has forgotten it', async () => {
    const data = { route: 'workflow', before: null, name: 'a', namespace: 'apps', run: 'a' };
    const { asked, end } = await submitting([], { outcome: 'pending', text: 'a', data });
    expect(asked).toBe(0);
    expect(end.state).toBe('unknown');
  });

  it('has landed where a commit after it says so, though others deployed something newer since', async () => {
    const data = { route: 'workflow', before: 'b', name: 'a', namespace: 'apps' };
    const { asked, end, effect } = await submitting([], { outcome: 'pending', text: 'a', data }, ['c', 'b']);
    expect(asked).toBe(0);
    expect(end).toEqual({ state: 'succeeded' });
    expect(effect).toMatchObject({ outcome: 'done', commit: 'c' });
  });

  it('that ran and failed has failed after a restart, too: it is not begun again', async () => {
    const data = { route: 'workflow', before: null, name: 'a', namespace: 'apps', run: 'a' };
    const { asked, end } = await submitting([], { outcome: 'not-done', text: 'It failed.', data });
    expect(asked).toBe(0);
    expect(end).toMatchObject({ state: 'failed', failure: { message: 'It failed.' } });
  });
});
