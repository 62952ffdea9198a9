import { describe, expect, it } from 'vitest';
import { buildLogLines } from './build-log';
import { type BuildEvent, FrameTooLong, frameReader, readEvent, stepNames } from './event-stream';

const frame = (event: object, id = 0) => `id: ${id}\nevent: event\ndata: ${JSON.stringify(event)}\n\n`;
const log = (step: string, payload: string) => ({
  event: 'log',
  data: { time: 1796004610, origin: { id: step, source: 'stdout' }, payload },
});
const eventsOf = (text: string, size: number): (BuildEvent | null)[] => {
  const reader = frameReader();
  const frames = [];
  for (let at = 0; at < text.length; at += size) frames.push(...reader.push(text.slice(at, at + size)));
  return frames.map(({ data }) => readEvent(data));
};
const linesOf = (events: object[]): string[] => {
  const lines = buildLogLines((step) => ({ t: 'run-tests', g: 'bag' })[step] ?? null);
  return events
    .flatMap((event) => readEvent(JSON.stringify(event)) ?? [])
    .flatMap((event) => lines.push(event))
    .map(({ text, note }) => (note ? `[${text}]` : text));
};

describe('a build’s stream', () => {
  it('is the same however it is cut, with any of the three line ends', () => {
    const text =
      frame(log('t', 'one\r\n')) + frame({ event: 'status', data: { status: 'failed', time: 1796004615 } });
    const whole = eventsOf(text, text.length);
    expect(whole).toEqual([
      { kind: 'log', at: '2026-11-30T02:10:10.000Z', step: 't', text: 'one\r\n' },
      { kind: 'status', at: '2026-11-30T02:10:15.000Z', status: 'failed' },
    ]);
    for (const size of [1, 2, 7]) expect(eventsOf(text, size)).toEqual(whole);
    // A `\r` at the end of what came may be half of a `\r\n`: the last frame waits.
    for (const end of ['\r\n', '\r'])
      expect(eventsOf(`${text}: more\n`.replaceAll('\n', end), 1).slice(0, 2)).toEqual(whole);
  });
  it('ends with `event: end` and a bare `data` line', () => {
    expect(frameReader().push('id: 9\nevent: end\ndata\n\n')).toEqual([{ id: '9', event: 'end', data: '' }]);
  });
  it('without an end to a frame is given up', () => {
    const reader = frameReader();
    expect(() => {
      for (let round = 0; round < 40; round += 1) reader.push(`data: ${'x'.repeat(100_000)}\n`);
    }).toThrow(FrameTooLong);
    expect(() => frameReader().push('x'.repeat(2_000_000))).toThrow(FrameTooLong);
  });
  it('may hold what nobody knows', () => {
    expect(readEvent('{"event":"image-check","data":{}}')).toBeNull();
    for (const bad of ['', 'null', '{', '[]', '{"event":7}', '{"event":"log","data":{"payload":{}}}'])
      expect(readEvent(bad)).toBeNull();
  });
});

describe('a build’s log', () => {
  it('is in lines, whatever chunks came, and each step’s own', () => {
    expect(
      linesOf([
        log('t', 'te'),
        log('g', 'fetched\n'),
        log('t', 'st 1\r\nrest'),
        { event: 'status', data: { status: 'aborted' } },
      ]),
    ).toEqual(['[bag]', 'fetched', '[run-tests]', 'test 1', 'rest']);
  });
  it('tells errors and exit statuses', () => {
    expect(
      linesOf([
        log('t', '1 failed\n'),
        { event: 'finish-task', data: { origin: { id: 't' }, exit_status: 1 } },
        { event: 'error', data: { origin: { id: 't' }, message: 'interrupted' } },
      ]),
    ).toEqual(['[run-tests]', '1 failed', '[exit status 1]', '[interrupted]']);
  });
  it('cuts a line that never ends', () => {
    expect(linesOf([log('t', 'x'.repeat(70_000)), log('t', 'y\n')]).map((line) => line.length)).toEqual([
      11, 70_000, 1,
    ]);
  });
});

it('a plan names its steps, in hooks and tries too', () => {
  const plan = {
    plan: {
      id: 'a',
      ensure: {
        step: { id: 'b', in_parallel: { steps: [{ id: 'c', get: { name: 'bag' } }] } },
        ensure: { id: 'd', task: { name: 'always' } },
      },
    },
  };
  expect([...stepNames(plan)]).toEqual([
    ['c', 'bag'],
    ['d', 'always'],
  ]);
});
