import { describe, expect, it } from 'vitest';
import type { Freshness } from '../board/freshness';
import type { FailureCode } from '../failure/failure';
import { type HoldFacts, holdState } from './hold-state';

const away = (code: FailureCode): Freshness => ({
  state: 'unreachable',
  asOf: null,
  since: '2026-01-01T00:00:00Z',
  failure: { code, message: '', meaning: '', next: [] },
});
const live: Freshness = { state: 'live', asOf: '2026-01-01T00:00:00Z' };
const hold = {
  app: 'frontend',
  environment: 'production',
  by: 'Ada',
  since: '2026-01-01T00:00:00Z',
  reason: '',
  operation: '01',
  imageTag: 'v1',
  changed: [],
};
const facts = (clusterBefore: Freshness, clusterHere: Freshness): HoldFacts => ({
  before: 'staging',
  ledger: { version: 'v1', promote: false },
  flagBefore: false,
  clusterBefore,
  clusterHere,
  applicationsBefore: [],
  workflowsBefore: [],
  workflowsHere: [],
});

describe('a hold that can’t be confirmed', () => {
  it.each([
    ['is kept from the person', away('forbidden'), 'Argo in staging is not visible to you'],
    ['is out of reach', away('unreachable'), 'staging is unreachable now'],
    ['is named nowhere', { state: 'absent' }, 'the estate file shows no Argo in staging'],
  ] as const)('says so where the environment before %s', (_, before, text) => {
    expect(holdState(hold, facts(before, live))).toMatchObject({
      state: 'unknown',
      detail: `Committed, but ${text}, so the hold can’t be confirmed.`,
    });
  });

  it.each([{ state: 'absent' } as const, away('forbidden'), away('unreachable')])(
    'is never effective where workflows of the held environment are not seen (%j)',
    (here) => {
      const gate = { ...facts(live, here), applicationsBefore: [] };
      expect(holdState(hold, gate).state).toBe('unknown');
    },
  );
});

describe('a hold of an app that is not in the environment before', () => {
  const nothing = { ...facts(live, live), flagBefore: undefined };
  const open = { name: 'frontend', automaticDeploysEnabled: true } as HoldFacts['applicationsBefore'][number];
  const workflow = {
    name: 'post-sync-1',
    template: 'post-sync',
    phase: 'Running',
    labels: {},
  } as unknown as HoldFacts['workflowsBefore'][number];

  it.each([
    ['without a file and an Application there', nothing, 'effective'],
    [
      'with a draft of it alone there',
      { ...nothing, applicationsBefore: [{ ...open, name: 'draft-frontend' }] },
      'effective',
    ],
    ['with a file that is off, before its first Application', { ...nothing, flagBefore: false }, 'effective'],
    ['with an Application that no file switches off', { ...nothing, applicationsBefore: [open] }, 'unknown'],
    ['with a promotion still on its way', { ...nothing, workflowsBefore: [workflow] }, 'unknown'],
    ['where that is not seen', { ...nothing, clusterBefore: away('forbidden') }, 'unknown'],
  ] as const)('%s', (_, gate, state) => {
    expect(holdState(hold, gate).state).toBe(state);
  });
});
