import { expect, it } from 'vitest';
import type { FailureCode } from '../../../shared/domain/failure/failure';
import type { ClusterGap } from '../../../shared/domain/rollout/cluster-status';
import { keptGaps } from './cluster-words';

const gap = (kind: string, code: FailureCode): ClusterGap => ({
  kind,
  namespace: 'apps',
  selector: null,
  topics: [],
  since: '',
  because: { code, message: `No ${kind}.`, meaning: '', next: [] },
  means: 'It is not seen.',
});

it('tells what is kept from the person together, and apart from what the estate file names no way to', () => {
  const gaps = [gap('workflows', 'forbidden'), gap('jobs', 'forbidden'), gap('pods', 'not-configured')];
  expect(keptGaps(gaps)).toMatchObject([
    { title: 'Not visible to you:', kinds: 'workflows in apps, jobs in apps', means: 'It is not seen.' },
    { title: 'Not in the estate file:', kinds: 'pods in apps' },
  ]);
  expect(keptGaps([])).toEqual([]);
});
