import { expect, it } from 'vitest';
import type { ClusterAccess } from '../estate/cluster-access';
import { type RouteFacts, routeAccess } from './route-access';

const workflow = {
  kind: 'workflow' as const,
  template: 'deploy-image',
  parameters: {},
  committer: 'govuk-ci',
};
const submit = (state: ClusterAccess['state'], onlyTrying?: boolean): ClusterAccess => ({
  action: 'submit-workflow',
  state,
  why: 'Asked.',
  asked: true,
  ...(onlyTrying === undefined ? {} : { onlyTrying }),
});
const facts = (more: Partial<RouteFacts>): RouteFacts => ({
  app: 'frontend',
  environment: 'production',
  branch: 'main',
  readOnlyBecause: null,
  repo: null,
  submit: submit('unknown', true),
  workflowFile: null,
  team: { name: 'gov-uk-production-deploy', membership: { answer: 'none' } },
  refused: new Map(),
  ...more,
});

it('closes a server that tells only when it is tried to whoever is not in the environment’s team', () => {
  expect(routeAccess(workflow, facts({}))).toEqual({
    state: 'closed',
    because: 'You are not in the GitHub team gov-uk-production-deploy, which production needs.',
    remedy: 'A maintainer of gov-uk-production-deploy can add you, or deploy for you.',
  });
});

it.each<[string, Partial<RouteFacts>]>([
  ['who is in the team', { team: { name: 't', membership: { answer: 'active' } } }],
  ['whose team is not known', { team: { name: 't', membership: { failure: 'GitHub does not answer.' } } }],
  ['whose team was not asked', { team: { name: 't', membership: 'not-asked' } }],
  ['where no team is named', { team: null }],
])('leaves it to be tried by %s', (_, more) => {
  expect(routeAccess(workflow, facts(more)).state).toBe('unknown');
});

it('goes by what the cluster granted, whatever the team', () => {
  expect(routeAccess(workflow, facts({ submit: submit('allowed') }))).toEqual({ state: 'open' });
});
