import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BatchPart, batchCourse, batchOutcome, batchWait, closedFor, partState } from './batch-course';

const parts = (...states: BatchPart['state'][]): BatchPart[] =>
  states.map((state, at) => ({ app: `app-${at}`, state }));
const calm = { onFailure: 'stop' as const, atOnce: 2, asked: false, late: false };

describe('the course of a batch', () => {
  it('begins a few at once, in their order, and the next when one has ended', () => {
    expect(batchCourse(parts('waiting', 'waiting', 'waiting'), calm)).toEqual({
      begin: ['app-0', 'app-1'],
      halt: null,
      over: false,
    });
    expect(batchCourse(parts('done', 'running', 'waiting'), calm).begin).toEqual(['app-2']);
    expect(batchCourse(parts('running', 'running', 'waiting'), calm).begin).toEqual([]);
    expect(batchCourse(parts('running', 'waiting'), { ...calm, atOnce: 1 }).begin).toEqual([]);
    expect(batchCourse(parts('done', 'done'), calm)).toEqual({ begin: [], halt: null, over: true });
  });

  it('is not held up by a pull request that waits for its review', () => {
    const reviewing = parts('reviewing', 'reviewing', 'waiting');
    expect(batchCourse(reviewing, calm)).toEqual({ begin: ['app-2'], halt: null, over: false });
    expect(batchCourse(parts('reviewing', 'done'), calm).over).toBe(false);
  });

  it('begins nothing more once one has failed, and lets the others come to their end', () => {
    const failed = parts('failed', 'running', 'waiting');
    expect(batchCourse(failed, calm)).toEqual({ begin: [], halt: 'failed', over: false });
    expect(batchCourse(parts('failed', 'done', 'waiting'), calm)).toEqual({
      begin: [],
      halt: 'failed',
      over: true,
    });
    expect(batchCourse(failed, { ...calm, onFailure: 'go-on' }).begin).toEqual(['app-2']);
    // One that somebody cancelled was their decision about it alone.
    expect(batchCourse(parts('left-out', 'waiting'), calm).begin).toEqual(['app-1']);
  });

  it('begins nothing more once it was stopped, or resumed too late', () => {
    expect(batchCourse(parts('running', 'waiting'), { ...calm, asked: true })).toEqual({
      begin: [],
      halt: 'asked',
      over: false,
    });
    expect(batchCourse(parts('done', 'waiting'), { ...calm, late: true })).toEqual({
      begin: [],
      halt: 'too-late',
      over: true,
    });
    // Nothing was left to begin: it came to its end.
    expect(batchCourse(parts('done', 'done'), { ...calm, asked: true }).halt).toBeNull();
  });

  it('always ends, begins each once, and never more than it may at once', () => {
    const ends = fc.constantFrom<BatchPart['state']>('done', 'failed', 'left-out');
    fc.assert(
      fc.property(
        fc.array(ends, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 4 }),
        fc.constantFrom('stop' as const, 'go-on' as const),
        (outcomes, atOnce, onFailure) => {
          const now = parts(...outcomes.map(() => 'waiting' as const));
          const begun: string[] = [];
          for (let turns = 0; turns <= 2 * outcomes.length + 1; turns += 1) {
            const course = batchCourse(now, { ...calm, atOnce, onFailure });
            if (course.over) break;
            for (const one of now) if (course.begin.includes(one.app)) one.state = 'running';
            begun.push(...course.begin);
            expect(now.filter(({ state }) => state === 'running').length).toBeLessThanOrEqual(atOnce);
            const at = now.findIndex(({ state }) => state === 'running');
            const one = now[at];
            if (one) one.state = outcomes[at] ?? 'done';
          }
          expect(new Set(begun).size).toBe(begun.length);
          expect(batchCourse(now, { ...calm, atOnce, onFailure }).over).toBe(true);
          if (onFailure === 'go-on') expect(begun).toHaveLength(outcomes.length);
        },
      ),
    );
  });
});

describe('an app of a batch', () => {
  const job = {
    name: 'x',
    phase: 'deploy' as const,
    kind: 'pull-request' as const,
    state: 'running' as const,
  };
  const jobs = [{ ...job, text: null, workflow: null, url: null, startedAt: null, finishedAt: null }];
  it.each([
    ['running', [], 'running'],
    ['running', jobs, 'reviewing'],
    ['succeeded', [], 'done'],
    ['superseded', [], 'done'],
    ['cancelled', [], 'left-out'],
    ['failed', [], 'failed'],
    ['unknown', [], 'failed'],
  ] as const)('whose operation is %s', (state, of, expected) => {
    expect(partState({ state, jobs: [...of] })).toBe(expected);
  });
});

describe('what is said of a batch', () => {
  it('names what runs, and what came of it', () => {
    const some = parts('done', 'failed', 'running', 'reviewing', 'waiting');
    expect(batchWait(some, null)).toBe('Running: app-2. Waiting for a review: app-3. 1 to go.');
    expect(batchWait(some, 'failed')).toBe(
      'Stopping: no more apps will start. Running: app-2. Waiting for a review: app-3.',
    );
    expect(batchOutcome(parts('done', 'failed', 'left-out', 'waiting'))).toBe(
      '1 of 4 done. Failed: app-1. Cancelled: app-2. Not begun: app-3.',
    );
  });
});

describe('how long Signalbox was closed', () => {
  const now = new Date('2026-03-01T10:10:00.000Z');
  const begun = '2026-03-01T10:00:00.000Z';

  it('counts from the newest sign of life: an app that runs for ten minutes is none', () => {
    expect(closedFor([begun, null], now)).toBe(600_000);
    expect(closedFor([begun, '2026-03-01T10:09:30.000Z', null], now)).toBe(30_000);
  });
});
