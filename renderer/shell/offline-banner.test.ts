import { describe, expect, it } from 'vitest';
import type { Freshness } from '../../shared/domain/board/freshness';
import { offlineOf } from './offline-banner';

const failure = { code: 'unreachable' as const, message: '', meaning: '', next: [] };
const away = (asOf: string | null, since: string): Freshness => ({
  state: 'unreachable',
  asOf,
  since,
  failure,
});
const live: Freshness = { state: 'live', asOf: '2026-03-01T12:00:00Z' };
const absent: Freshness = { state: 'absent' };

describe('being offline', () => {
  it('is nothing while the release repo can be reached', () => {
    expect(offlineOf(live, [away(null, '2026-03-01T12:00:00Z')])).toBeNull();
    expect(offlineOf({ state: 'connecting', asOf: null }, [])).toBeNull();
  });

  it('is since something was heard of last, however late one began to look', () => {
    const ledger = away('2026-03-01T09:00:00Z', '2026-03-01T12:00:00Z');
    expect(offlineOf(ledger, [absent])).toEqual({ all: true, refused: false, since: '2026-03-01T09:00:00Z' });
    expect(offlineOf(ledger, [away('2026-03-01T10:00:00Z', '2026-03-01T12:01:00Z')])).toEqual({
      all: true,
      refused: false,
      since: '2026-03-01T10:00:00Z',
    });
    expect(offlineOf(away(null, '2026-03-01T12:00:00Z'), [])?.since).toBe('2026-03-01T12:00:00Z');
  });

  it('is of the release repo alone while a cluster answers', () => {
    const ledger = away('2026-03-01T09:00:00Z', '2026-03-01T12:00:00Z');
    expect(offlineOf(ledger, [live, away('2026-03-01T10:00:00Z', '2026-03-01T10:01:00Z')])).toEqual({
      all: false,
      refused: false,
      since: '2026-03-01T09:00:00Z',
    });
  });

  it('is not what one is who is refused', () => {
    const refused = (): Freshness => ({
      state: 'unreachable',
      asOf: '2026-03-01T09:00:00Z',
      since: '2026-03-01T09:00:00Z',
      failure: { ...failure, code: 'unauthorised' },
    });
    expect(offlineOf(refused(), [refused()])).toMatchObject({ all: false, refused: true });
    expect(offlineOf(away('2026-03-01T09:00:00Z', '2026-03-01T09:00:00Z'), [refused()])).toMatchObject({
      all: false,
      refused: false,
    });
  });

  it('is not said of a cluster that was never asked, since it waits for a permission', () => {
    const waiting: Freshness = {
      state: 'unreachable',
      asOf: null,
      since: '2026-03-01T09:00:00Z',
      failure: { ...failure, code: 'consent-needed' },
    };
    const ledger = away('2026-03-01T09:00:00Z', '2026-03-01T12:00:00Z');
    expect(offlineOf(ledger, [waiting])).toMatchObject({ all: false, since: '2026-03-01T09:00:00Z' });
  });
});
