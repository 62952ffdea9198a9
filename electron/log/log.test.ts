import { describe, expect, it } from 'vitest';
import { FailureError } from '../../shared/domain/failure/failure';
import { countedLog } from './counted-log';
import { entryText } from './entry-text';
import { inBackground, type LogData, type LogLevel } from './log';

/** Everything that was written, and a clock. */
function listened() {
  const written: { level: LogLevel; event: string; data?: LogData }[] = [];
  const clock = { now: 0 };
  const { log, counts } = countedLog(
    (level, event, data) => written.push({ level, event, ...(data ? { data } : {}) }),
    () => clock.now,
  );
  return { written, clock, log, counts };
}

describe('an entry of the log', () => {
  it('says what happened and to what', () => {
    expect(entryText('autopilot.decision', { environment: 'staging', bag: 19, why: null })).toBe(
      'autopilot.decision {"environment":"staging","bag":19,"why":null}',
    );
    expect(entryText('session.opened')).toBe('session.opened');
  });

  it('holds no secret, by name or by look, in errors and below', () => {
    const error = new Error('fatal: https://ada:hunter2@example.org/x.git', {
      cause: new Error('Authorization: Bearer abcdefghijk'),
    });
    const text = entryText('ledger.fetch-failed', {
      error,
      headers: { Authorization: 'abcdefghijk' },
      list: [{ password: 'hunter2' }],
      url: 'https://ada:hunter2@example.org/',
    });
    expect(text).not.toMatch(/hunter2|abcdefghijk/);
    expect(text).toContain('https://***@example.org');
  });

  it('shows no part of a secret that lies across a cut', () => {
    const token = `ghp_${'a1B2'.repeat(10)}`;
    for (const before of [1_970, 1_990, 1_999, 15_970, 15_990, 15_999])
      expect(entryText('x.y', { text: `${'-'.repeat(before)} ${token}` })).not.toContain('ghp_a1');
  });

  it('is bounded, whatever it is given', () => {
    const round: Record<string, unknown> = { name: 'round' };
    round.self = round;
    const data = {
      round,
      long: 'x'.repeat(1_000_000),
      many: Array.from({ length: 100_000 }, (_, index) => ({ index, text: 'y'.repeat(5_000) })),
      wide: Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`key${index}`, index])),
      trap: {
        get thrown(): never {
          throw new Error('no');
        },
      },
      big: 10n ** 40n,
      none: undefined,
      made: () => 1,
      never: new Date(Number.NaN),
    };
    const text = entryText('x.y', data);
    expect(text.length).toBeLessThan(17_000);
    expect(entryText('x.y', { trap: data.trap, round, big: data.big, never: data.never })).toBe(
      'x.y {"trap":"(unreadable)","round":{"name":"round","self":{"name":"round","self":{"name":"round","self":"(more)"}}},"big":"10000000000000000000000000000000000000000","never":"(no date)"}',
    );
  });

  it('is one line, with what is hidden written out', () => {
    const text = entryText('x.y', { text: 'one\ntwo\r\u001b[31mred\u202e' });
    expect(text).toBe('x.y {"text":"one\\ntwo\\r\\u001b[31mred\\u202E"}');
  });

  it('tells a failure in its own words', () => {
    const failure = {
      code: 'conflict' as const,
      message: 'It moved.',
      meaning: '',
      next: [],
      detail: 'rejected',
    };
    expect(entryText('x.y', { error: new FailureError(failure) })).toContain(
      '"code":"conflict","detail":"rejected"',
    );
  });
});

describe('what goes wrong', () => {
  it('is counted by event, and each entry says how often', () => {
    const { log, counts, written } = listened();
    log('error', 'ledger.fetch-failed');
    log('info', 'autopilot.decision');
    log('error', 'ledger.fetch-failed', { why: 'no' });
    expect(counts()).toEqual([
      { event: 'ledger.fetch-failed', level: 'error', count: 2, lastAt: '1970-01-01T00:00:00.000Z' },
    ]);
    expect(written.at(-1)?.data).toEqual({ why: 'no', times: 2 });
  });

  it('does not fill the log, and says what was left out', () => {
    const { log, counts, clock, written } = listened();
    for (let turn = 0; turn < 100; turn += 1) log('error', 'loop.failed');
    expect(written).toHaveLength(30);
    clock.now = 60_000;
    log('error', 'loop.failed');
    expect(written.at(-1)?.data).toEqual({ times: 101, leftOut: 70 });
    expect(counts()[0]?.count).toBe(101);
  });

  it('is not told to who logs when the log itself cannot be written', () => {
    const { log } = countedLog(() => {
      throw new Error('ENOSPC');
    }, Date.now);
    expect(() => log('error', 'x.y')).not.toThrow();
  });

  it('in the background is logged, unless it was called off', async () => {
    const { log, written } = listened();
    const stop = new AbortController();
    inBackground(log, 'loop.failed', Promise.reject(new Error('one')), { environment: 'staging' });
    await Promise.resolve();
    await expect.poll(() => written).toHaveLength(1);
    expect(written[0]).toMatchObject({
      level: 'error',
      event: 'loop.failed',
      data: { environment: 'staging' },
    });
    stop.abort();
    inBackground(log, 'loop.failed', Promise.reject(new Error('two')), { signal: stop.signal });
    inBackground(log, 'loop.failed', Promise.resolve());
    await new Promise(setImmediate);
    expect(written).toHaveLength(1);
  });
});
