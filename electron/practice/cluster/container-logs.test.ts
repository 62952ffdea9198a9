import { describe, expect, it } from 'vitest';
import { LogStore, nanosOf, rfc3339Nano } from './container-logs';

const texts = (logs: LogStore, query = {}) =>
  logs.read('apps', 'a', 'app', query).map((line) => Buffer.from(line.bytes).toString());

describe('LogStore', () => {
  it('stamps lines in order, each its own', () => {
    const logs = new LogStore({ now: () => new Date('2026-01-01T00:00:00Z') });
    logs.append('apps', 'a', 'app', 'one\ntwo\n');
    logs.append('apps', 'a', 'app', '');
    expect(logs.read('apps', 'a', 'app').map(({ at }) => at)).toEqual([
      '2026-01-01T00:00:00.000000000Z',
      '2026-01-01T00:00:00.000000001Z',
      '2026-01-01T00:00:00.000000002Z',
    ]);
    expect(texts(logs)).toEqual(['one', 'two', '']);
  });

  it('forgets the oldest lines, by count and by bytes', () => {
    const few = new LogStore({ maxLines: 10 });
    for (let i = 0; i < 25; i++) few.append('apps', 'a', 'app', `${i}`);
    expect(texts(few).length).toBeLessThanOrEqual(10);
    expect(texts(few).at(-1)).toBe('24');
    const small = new LogStore({ maxBytes: 100 });
    for (let i = 0; i < 25; i++) small.append('apps', 'a', 'app', 'x'.repeat(30));
    expect(texts(small).join('').length).toBeLessThanOrEqual(100);
    expect(texts(small).length).toBeGreaterThan(0);
  });

  it('keeps the log before a restart, and tells followers of the end', () => {
    const logs = new LogStore();
    logs.start('apps', 'a', 'app');
    logs.append('apps', 'a', 'app', 'old');
    const seen: string[] = [];
    logs.follow('apps', 'a', 'app', {
      line: (line) => seen.push(Buffer.from(line.bytes).toString()),
      end: () => seen.push('end'),
    });
    logs.append('apps', 'a', 'app', 'older');
    logs.start('apps', 'a', 'app');
    logs.append('apps', 'a', 'app', 'new');
    expect(seen).toEqual(['older', 'end']);
    expect([texts(logs), texts(logs, { previous: true })]).toEqual([['new'], ['old', 'older']]);
    logs.remove('apps', 'a');
    expect(texts(logs)).toEqual([]);
  });

  it('survives a dump and load', () => {
    const logs = new LogStore();
    logs.append('apps', 'a', 'app', 'old');
    logs.restart('apps', 'a', 'app');
    logs.append('apps', 'a', 'app', Buffer.from([0xff, 0x00]));
    logs.end('apps', 'a', 'app');
    const copy = new LogStore();
    copy.load(JSON.parse(JSON.stringify(logs.dump())));
    expect(copy.dump()).toEqual(logs.dump());
    expect(copy.read('apps', 'a', 'app', { previous: true })).toHaveLength(1);
  });
});

it('reads and writes nanoseconds', () => {
  for (const time of ['2026-01-01T00:00:00.000000001Z', '1999-12-31T23:59:59.999999999Z'])
    expect(rfc3339Nano(nanosOf(time))).toBe(time);
  expect(rfc3339Nano(nanosOf('2026-01-01T01:00:00.5+01:00'))).toBe('2026-01-01T00:00:00.500000000Z');
  expect(() => nanosOf('yesterday')).toThrow(expect.objectContaining({ code: 400 }) as Error);
});
