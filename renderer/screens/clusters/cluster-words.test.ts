import { expect, it } from 'vitest';
import type { ClusterGap } from '../../../shared/domain/rollout/cluster-status';
import { toldGaps } from './cluster-words';

const gap = (
  kind: string,
  topics: ClusterGap['topics'],
  means = 'Their health is not known.',
): ClusterGap => ({
  kind,
  namespace: 'apps',
  selector: null,
  topics,
  since: '2026-01-01T00:00:00Z',
  because: { code: 'forbidden', message: 'You may not.', meaning: `cannot list ${kind}`, next: [] },
  means,
});

it('kinds of which only the health is shown are told in one place, the others each', () => {
  const gaps = [
    gap('services', ['resources']),
    gap('workflows', ['workflows'], 'Tests cannot be seen.'),
    gap('ingresses', ['resources']),
    gap('pods', [], 'Logs cannot be found.'),
  ];
  expect(toldGaps(gaps).map(({ kind, means }) => [kind, means])).toEqual([
    ['workflows', 'Tests cannot be seen.'],
    ['pods', 'Logs cannot be found.'],
    ['services, ingresses', 'Their health is not known.'],
  ]);
  expect(toldGaps(gaps.slice(0, 2))).toEqual(gaps.slice(0, 2));
});
