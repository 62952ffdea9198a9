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

it('names the kinds that one of Argo’s servers may show, and no other', () => {
  const [kept] = keptGaps([
    { ...gap('workflows', 'forbidden'), topics: ['workflows'] },
    { ...gap('workflowtemplates', 'forbidden'), topics: ['workflows'] },
    { ...gap('cronjobs', 'forbidden'), topics: ['resources'] },
  ]);
  expect([...(kept?.shownBy ?? [])]).toEqual([['argo-workflows', 'workflows and workflowtemplates']]);
  const [none] = keptGaps([{ ...gap('cronjobs', 'forbidden'), topics: ['resources'] }]);
  expect(none?.shownBy.size).toBe(0);
});
