import { expect, it } from 'vitest';
import { routeSchema } from '../estate/routes';
import { routeValues } from './route-values';

const asked = { app: 'frontend', environment: 'production', version: 'v3231', operation: '0192f0c1' };
const actions = routeSchema.parse({ kind: 'actions' });
const inputs = actions.kind === 'actions' ? actions.inputs : {};
const commit = '4f'.repeat(20);

it.each([
  ['a rollback: the release tag', 'v3231', 'v3231'],
  ['a version that is called after its commit: the commit', `release-${commit}`, commit],
  ['a branch', 'fix/banner', 'fix/banner'],
  ['a commit', commit, commit],
])('the usual inputs of an app’s workflow take as gitRef, for %s', (_, version, gitRef) => {
  expect(routeValues(inputs, { ...asked, version }, {})).toEqual({ gitRef, environment: 'production' });
});

it('every place is filled in once; what is filled in is no place, and what nobody knows stays', () => {
  const values = { a: '{app}/{environment}/{operation}', b: '{version} of {repo}', c: '{version:7} {other}' };
  const sources = { urlTemplate: '', repos: { frontend: 'frontend-app' }, migrations: [] };
  expect(routeValues(values, { ...asked, version: '{app}' }, { sources })).toEqual({
    a: 'frontend/production/0192f0c1',
    b: '{app} of frontend-app',
    c: '{version:7} {other}',
  });
});

it('an app whose name is no repo’s is refused where its repo is asked for', () => {
  const of = (text: string) => () => routeValues({ repo: text }, { ...asked, app: '../x' }, {});
  expect(of('{repo}')).toThrow('can’t have a source repo');
  expect(of('{app}')()).toEqual({ repo: '../x' });
});
