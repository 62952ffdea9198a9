import { expect, it } from 'vitest';
import type { LivePod, WorkloadFacts } from '../board/cell-running';
import { workloadVersions } from './workload-versions';

const digest = `sha256:${'a'.repeat(64)}`;
const image = (tag: string): string => `registry/frontend:${tag}`;
const template = (name: string, ...images: string[]) => ({ name, desired: 2, images });
const pod = (name: string, ready: boolean, ...images: string[]): LivePod => ({
  name,
  images,
  phase: 'Running',
  ready,
  reason: null,
  workload: null,
  ofSet: false,
});
const facts = (some: Partial<WorkloadFacts>): WorkloadFacts => ({
  pods: [],
  templates: [],
  pastImages: [],
  ...some,
});
const asked = (told: string | null = null) => ({
  app: 'frontend',
  version: 'v2',
  digest: told,
  known: (tag: string) => ['v1', 'v2'].includes(tag),
});

it('tells the Deployments that have the version from those that are behind', () => {
  const templates = [template('frontend', image('v2')), template('frontend-worker', image('v1'))];
  expect(workloadVersions(facts({ templates }), asked())).toMatchObject({
    has: ['frontend'],
    behind: ['frontend-worker'],
    told: true,
  });
});

it('takes a worker with a tag of its own, and another component, as they are', () => {
  const templates = [
    template('frontend', image('v2')),
    template('frontend-debug', image('debug')),
    template('frontend-redis', 'registry/redis:v1'),
  ];
  expect(workloadVersions(facts({ templates }), asked())).toMatchObject({ has: ['frontend'], behind: [] });
});

it('has no proof in an image by digest alone, unless the registry told whose it is', () => {
  const templates = [template('frontend', `registry/frontend@${digest}`)];
  expect(workloadVersions(facts({ templates }), asked())).toMatchObject({ has: [], behind: [], told: false });
  expect(workloadVersions(facts({ templates }), asked(digest))).toMatchObject({ has: ['frontend'] });
  const other = [template('frontend', `registry/frontend@sha256:${'b'.repeat(64)}`)];
  expect(workloadVersions(facts({ templates: other }), asked(digest)).has).toEqual([]);
});

it('reads a tag beside a digest', () => {
  const templates = [template('frontend', `${image('v2')}@${digest}`)];
  expect(workloadVersions(facts({ templates }), asked()).has).toEqual(['frontend']);
});

it('goes by pods where no Deployment is seen', () => {
  const pods = [pod('a', true, image('v1')), pod('b', false, image('v2'))];
  expect(workloadVersions(facts({ pods }), asked())).toEqual({
    has: ['its pods'],
    behind: ['its pods'],
    any: true,
    told: true,
    pods: { of: 1, ready: 0, others: 1 },
  });
});

it('says that nothing is there', () => {
  expect(workloadVersions(facts({}), asked())).toMatchObject({ any: false, has: [], told: false });
});
