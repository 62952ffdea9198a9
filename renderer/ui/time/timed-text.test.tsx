import { render } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { utcText } from '../../../shared/domain/text/utc-text';
import { clock, fullTime } from './time';
import { localTimes, TimedText } from './timed-text';

const from = '2024-11-20T09:15:00.000Z';
const until = '2024-11-28T23:45:00.000Z';
const text = `Ran here ${utcText(from)} to ${utcText(until)}, no rollback.`;

describe('times in a text of the main process', () => {
  it('are shown in local time, with UTC as their title', () => {
    const { container } = render(<TimedText text={text} />);
    const now = Date.now();
    expect(container.textContent).toBe(`Ran here ${clock(from, now)} to ${clock(until, now)}, no rollback.`);
    const times = [...container.querySelectorAll('time')];
    expect(times.map(({ dateTime }) => dateTime)).toEqual([from, until]);
    expect(times.map(({ title }) => title)).toEqual([fullTime(from), fullTime(until)]);
  });

  it('are local in accessible names, too', () => {
    const now = Date.parse('2024-12-01T00:00:00Z');
    expect(localTimes(text, now)).toBe(`Ran here ${clock(from, now)} to ${clock(until, now)}, no rollback.`);
  });

  it('leave other text as it is', () => {
    const other = 'v2024-11-20 of 2024-11-20, 12:00 <b>UTC</b>';
    expect(render(<TimedText text={other} />).container.textContent).toBe(other);
    expect(localTimes(other, 0)).toBe(other);
  });
});
