import { expect, it } from 'vitest';
import { type ListedRun, runOf } from './runs';

const run = (change: Partial<ListedRun>): ListedRun => ({
  name: 'CI',
  path: '.github/workflows/ci.yml',
  status: 'completed',
  conclusion: 'success',
  startedAt: '2026-11-27T09:00:00Z',
  finishedAt: '2026-11-27T09:05:00Z',
  url: null,
  ...change,
});
const commitAt = '2026-11-27T10:00:00Z';
const deploy = { name: 'Deploy', path: '.github/workflows/deploy.yml' };

it.each<[string, ListedRun[], string | null]>([
  ['nothing that builds or deploys', [run({})], null],
  ['a deploy before a build', [run({ name: 'Build image' }), run(deploy)], 'Deploy'],
  ['a release where nothing deploys', [run({}), run({ name: 'Release' })], 'Release'],
  [
    'the last one that began before the commit',
    [
      run({ ...deploy, startedAt: '2026-11-27T10:30:00Z', url: 'https://later' }),
      run({ ...deploy, startedAt: '2026-11-27T09:50:00Z', url: 'https://this' }),
      run({ ...deploy, startedAt: '2026-11-27T08:00:00Z', url: 'https://before' }),
    ],
    'https://this',
  ],
])('of %s', (_name, runs, expected) => {
  const found = runOf(runs, commitAt);
  expect(found && (found.url ?? found.name)).toBe(expected);
});
