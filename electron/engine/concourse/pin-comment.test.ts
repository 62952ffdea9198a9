import { describe, expect, it } from 'vitest';
import { disableComment, pinComment, readDisableComment, readPinComment } from './pin-comment';

const said = { by: 'Ada Morrow', at: '2026-11-30T18:00:00Z', reason: 'Election night: no changes' };

describe('what a comment says', () => {
  it('is who, when and why, as Signalbox wrote it', () => {
    for (const freeze of [true, false])
      expect(readPinComment(pinComment({ ...said, freeze }))).toEqual({ ...said, freeze });
    expect(pinComment({ ...said, at: '2026-11-30T18:00:00.123Z', reason: '', freeze: true })).toBe(
      'Frozen by Ada Morrow at 2026-11-30T18:00:00Z',
    );
    expect(readDisableComment(disableComment('bag 41', said))).toEqual(said);
  });
  it('is somebody’s own words where it is not', () => {
    expect(readPinComment('hold it')).toEqual({
      by: 'somebody in Concourse',
      at: null,
      reason: 'hold it',
      freeze: false,
    });
    expect(readPinComment(null).reason).toBe('');
    expect(readDisableComment('flaky again')).toBeNull();
  });
});
