import { expect, it } from 'vitest';
import type { FailureCode } from '../failure/failure';
import type { ClusterGap, ClusterTopic } from './cluster-status';
import { notVisible } from './not-visible';

const gap = (topic: ClusterTopic, code: FailureCode = 'forbidden'): ClusterGap => ({
  kind: topic,
  namespace: 'apps',
  selector: null,
  topics: [topic],
  since: '',
  because: { code, message: '', meaning: '', next: [] },
  means: '',
});

it('says in one sentence what is kept from the person, and by what rollouts are followed', () => {
  expect(notVisible([gap('applications'), gap('projects'), gap('workflows'), gap('resources')])).toEqual({
    text: 'Not visible to you: Argo CD, Argo Workflows.',
    meaning: 'Rollouts are followed by Deployments and pods. Tests and promotions are not shown.',
  });
  expect(notVisible([gap('rollouts', 'not-configured'), gap('pods', 'not-configured')])).toEqual({
    text: 'Not in the estate file: a way to Deployments, pods.',
    meaning: 'Rollouts are followed in Argo CD.',
  });
  expect(notVisible([gap('rollouts'), gap('applications')])?.meaning).toBe('Rollouts are followed by pods.');
  expect(notVisible([gap('workflows')])?.meaning).toBe('Tests and promotions are not shown.');
  expect(
    notVisible((['applications', 'rollouts', 'pods', 'workflows'] as const).map((one) => gap(one)))?.meaning,
  ).toBe('What runs is not shown. Tests and promotions are not shown.');
});

it('says nothing of what is only out of reach, or counts for nothing on the board', () => {
  expect(notVisible([gap('applications', 'bad-data'), gap('resources'), gap('hooks')])).toBeNull();
});
