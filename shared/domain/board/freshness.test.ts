import { describe, expect, it } from 'vitest';
import { type Freshness, worstFreshness } from './freshness';

const failure = { code: 'unreachable', message: 'm', meaning: 'n', next: [] } as const;
const live = (asOf: string): Freshness => ({ state: 'live', asOf });
const connecting: Freshness = { state: 'connecting', asOf: null };
const unreachable = (since: string, asOf: string | null): Freshness => ({
  state: 'unreachable',
  since,
  asOf,
  failure: { ...failure, next: [] },
});

describe('the freshness of a whole', () => {
  it('is that of its worst part', () => {
    expect(worstFreshness([live('2'), connecting, live('1')])).toEqual(connecting);
    expect(worstFreshness([live('2'), connecting, unreachable('3', '2')])).toMatchObject({
      state: 'unreachable',
    });
    expect(worstFreshness([live('2'), live('1')])).toEqual(live('1'));
  });
  it('is unreachable since the first part was', () => {
    expect(worstFreshness([unreachable('5', '4'), unreachable('3', '2')])).toMatchObject({
      since: '3',
      asOf: '2',
    });
  });
  it('counts nothing that is absent, and nothing at all as absent', () => {
    expect(worstFreshness([{ state: 'absent' }, live('1')])).toEqual(live('1'));
    expect(worstFreshness([])).toEqual({ state: 'absent' });
  });
});
