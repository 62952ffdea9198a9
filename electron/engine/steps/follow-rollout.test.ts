import { describe, expect, it } from 'vitest';
import type { Application } from '../../../shared/domain/board/board';
import type { Rollout } from '../../../shared/domain/rollout/rollout';
import type { StepContext, StepEnd, VersionIntent } from '../operation-context';
import { rollout } from './follow-rollout';

const syncedAt = '2026-03-01T10:00:00Z';

const application = (name: string): Pick<Application, 'name' | 'health' | 'operation'> => ({
  name,
  health: 'Healthy',
  operation: { phase: 'Succeeded', message: null, startedAt: syncedAt },
});

const deployment = (state: Rollout['state'], failedAt: string | null): Partial<Rollout> => ({
  deployment: 'frontend-worker',
  state,
  message: 'exceeded its progress deadline',
  failedAt,
  failingPod: null,
  pods: [],
  replicaSets: [
    { name: 'r', current: true, revision: 3, images: ['registry/frontend:v1'], desired: 1, ready: 1 },
  ],
});

/** The step on a cluster that shows one picture after the other. */
async function endOf(...pictures: Partial<Rollout>[]): Promise<StepEnd> {
  let seen = 0;
  const listeners = new Set<(changes: { topic: string; app: null }[]) => void>();
  const view = {
    environment: 'production',
    freshness: () => ({ state: 'live', asOf: syncedAt }),
    gaps: () => [],
    applications: () => [application('frontend')],
    rollouts: () => [pictures[seen]],
    workloads: () => ({ pods: [], templates: [], pastImages: [] }),
    onChange: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const context = {
    id: 'op-1',
    intent: { kind: 'rollback', app: 'frontend', environment: 'production', version: 'v1', expected: 'v2' },
    signal: new AbortController().signal,
    record: () => ({ effects: new Map() }),
    waiting: () => undefined,
    world: {
      holder: () => null,
      limits: { rollout: 60_000 },
      clusters: new Map([['production', { view }]]),
      ledger: { snapshot: () => ({ commit: 'own' }), onChange: () => () => undefined },
      reader: { facts: () => ({ version: 'v1' }) },
      history: { deployments: () => [] },
      images: { peek: () => null },
    },
  } as unknown as StepContext<VersionIntent>;
  const end = rollout(context);
  while (++seen < pictures.length)
    for (const listener of [...listeners]) listener([{ topic: 'rollout', app: null }]);
  return end;
}

describe('a rollout that is watched', () => {
  it('failed when the deadline passed after the sync', async () => {
    expect(await endOf(deployment('failed', '2026-03-01T10:10:00Z'))).toMatchObject({ state: 'failed' });
    expect(await endOf(deployment('failed', null))).toMatchObject({
      state: 'failed',
      failure: {
        message:
          'The rollout of frontend-worker in production failed. The new pods were not ready before the rollout’s deadline.',
      },
    });
  });
  it('names the cause, and keeps what the kubelet says of the failing pod as detail', async () => {
    const why = `Back-off pulling image "registry.example/frontend:v1": ErrImagePull: ${'failed to resolve reference: '.repeat(12)}no such host`;
    const end = await endOf({
      ...deployment('failed', null),
      failingPod: 'frontend-1',
      pods: [{ name: 'frontend-1', reason: 'ImagePullBackOff', message: why }] as Rollout['pods'],
    });
    if (end.state !== 'failed') throw new Error(end.state);
    expect(end.failure.message).toBe(
      'The rollout of frontend-worker in production failed. The new pods can’t pull their image (ImagePullBackOff).',
    );
    expect(end.failure.detail).toBe(`frontend-1: ${why}`);
  });
  it('did not fail by a deadline that passed before the sync: that was the version which is given up', async () => {
    const end = await endOf(deployment('failed', '2026-03-01T09:50:00Z'), deployment('done', null));
    expect(end).toMatchObject({ state: 'succeeded' });
  });
});
