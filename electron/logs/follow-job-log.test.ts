import { expect, it } from 'vitest';
import type { Failure } from '../../shared/domain/failure/failure';
import { fail, ok } from '../../shared/domain/failure/failure';
import { followJobLog, type JobLogOf } from './follow-job-log';
import type { ArrivedLine } from './protocol';

const job = { owner: 'alphagov', repo: 'frontend', id: 7 };
const at = '2026-03-01T10:00:00.1234567Z';
const failure = (code: Failure['code']): Failure => ({ code, message: 'No.', meaning: 'None.', next: [] });

async function follow(load: JobLogOf | null) {
  const lines: ArrivedLine[] = [];
  const states: string[] = [];
  await followJobLog(
    { load, job },
    { append: (more) => lines.push(...more), is: (state) => states.push(state) },
    new AbortController().signal,
  );
  return { lines, states };
}

it('reads a log as GitHub stores it', async () => {
  const text = `\ufeff${at} ##[group]Run tests\r\n${at} one\n${at} ##[endgroup]\n${at} ##[error]exit code 1.\nno time\n`;
  expect((await follow(async () => ok({ text, cut: false }))).lines).toEqual([
    { at, text: 'Run tests' },
    { at, text: 'one' },
    { at, text: 'Error: exit code 1.' },
    { at: null, text: 'no time' },
  ]);
});

it('says of a long one that it is not whole', async () => {
  const { lines, states } = await follow(async () => ok({ text: `${at} the end\n`, cut: true }));
  expect(lines).toEqual([
    { at: null, text: expect.stringContaining('left out'), note: true },
    { at, text: 'the end' },
  ]);
  expect(states).toEqual(['ended']);
});

it('waits for the job to end, and stops when nobody looks any more', async () => {
  const stop = new AbortController();
  const states: string[] = [];
  await followJobLog(
    { load: async () => fail(failure('not-found')), job },
    {
      append: () => undefined,
      is: (state) => {
        states.push(state);
        stop.abort();
      },
    },
    stop.signal,
  );
  expect(states).toEqual(['waiting']);
});

it('says why there is none', async () => {
  expect((await follow(async () => fail(failure('forbidden')))).states).toEqual(['failed']);
  expect((await follow(null)).states).toEqual(['failed']);
});
