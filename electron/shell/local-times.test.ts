import { expect, it } from 'vitest';
import { utcText } from '../../shared/domain/text/utc-text';
import { withLocalTimes } from './local-times';

it('says the times of a text as the computer has them', () => {
  const at = new Date(2026, 2, 1, 9, 5);
  const text = `Locked by Ada since ${utcText(at.toISOString())}, until ${utcText(at.toISOString())}.`;
  expect(withLocalTimes(text)).toBe('Locked by Ada since 1 Mar 09:05, until 1 Mar 09:05.');
});

it('leaves other text as it is', () => {
  expect(withLocalTimes('v2026-03-01 12:00 of UTC')).toBe('v2026-03-01 12:00 of UTC');
});
