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
