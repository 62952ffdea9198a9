import { expect, it } from 'vitest';
import { fail, ok } from '../../../shared/domain/failure/failure';
import type { Cluster } from '../../observation/types';
import type { StepContext } from '../operation-context';
import { comparedAfterRefresh } from './refresh-parent';

const refused = fail({ code: 'forbidden', message: 'You may not.', meaning: '', next: [] });

it('counts the parent as compared after a refresh that was refused only when Argo CD has compared by itself', async () => {
  const look = async (answer: typeof refused | { ok: true; value: undefined }) => {
    let comparedAt = '2026-03-01T10:00:00Z';
    const cluster = {
      actions: { parentApplication: 'app-config', refresh: async () => answer, refreshPending: () => false },
      view: {
        environment: 'production',
        gaps: () => [],
        freshness: () => ({ state: 'live' }),
        access: () => ({ state: 'allowed' }),
        application: () => ({ comparedAt }),
      },
    } as unknown as Cluster;
    const context = {
      signal: new AbortController().signal,
      waiting: () => undefined,
      intend: () => undefined,
      result: () => undefined,
      world: { clusters: new Map([['production', cluster]]), limits: { nudge: 60_000 } },
    } as unknown as StepContext;
    const compared = await comparedAfterRefresh(context, cluster);
    const first = compared();
    comparedAt = '2026-03-01T10:03:00Z';
    return [first, compared()];
  };
  expect(await look(ok(undefined))).toEqual([null, null]);
  expect(await look(refused)).toEqual([expect.stringContaining('every 3 minutes'), null]);
});
