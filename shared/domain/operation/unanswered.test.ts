import { expect, it } from 'vitest';
import { unansweredRefresh } from './unanswered';

it.each([
  [null, '2026-03-01T10:00:35Z', null],
  ['2026-03-01T10:00:00Z', '2026-03-01T10:00:29Z', null],
  ['2026-03-01T10:00:00Z', '2026-03-01T10:00:37Z', 'for 35 s:'],
  ['2026-03-01T10:00:00Z', '2026-03-01T10:02:59Z', 'for 2 min:'],
  ['rubbish', '2026-03-01T10:02:59Z', null],
])('a refresh seen at %s is told at %s as %s', (seenAt, now, told) => {
  const said = unansweredRefresh(seenAt, Date.parse(now));
  if (told === null) expect(said).toBeNull();
  else expect(said).toContain(`Argo CD’s controller has not answered the refresh ${told}`);
});
