import { describe, expect, it } from 'vitest';
import { type Failure, fail, ok, type Result } from '../../../shared/domain/failure/failure';
import type { PullRequest } from '../../../shared/domain/route/pull-request';
import type { Task } from './proposal';
import { withdraw } from './withdraw-pull-request';

const failure = (code: Failure['code']): Failure => ({
  code,
  message: 'GitHub does not allow this.',
  meaning: 'The token lacks a permission.',
  next: [],
});
const refused = fail(failure('forbidden'));
const pull = (state: PullRequest['state']): Result<PullRequest> =>
  ok({ number: 7, url: null, state, head: { branch: 'b', commit: 'c' }, operation: 'o' } as PullRequest);

/** A proposal whose pull request is taken back, with what GitHub answers to each look, and to the closing. */
async function withdrawing(options: {
  number: number | null;
  looks: Result<PullRequest>[];
  closed?: Result<PullRequest>;
  found?: Result<PullRequest | null>;
  branch?: Result<'gone' | 'left'>;
}) {
  const data = {
    route: 'pull-request',
    branch: 'b',
    commit: 'c',
    base: 'a',
    files: {},
    number: options.number,
    url: null,
  };
  const effects = new Map<string, object>([['commit', { outcome: 'pending', data }]]);
  const jobs: { state: string; text: string | null }[] = [];
  let looks = 0;
  const task = {
    context: {
      id: 'o',
      step: 'commit',
      signal: new AbortController().signal,
      record: () => ({ effects, operation: { steps: [], jobs } }),
      intend: (effect: string, _: string, intended: object) =>
        effects.set(effect, { outcome: 'pending', data: intended }),
      result: (effect: string, result: object) =>
        effects.set(effect, { ...(effects.get(effect) ?? {}), ...result }),
      waiting: () => undefined,
      job: (job: { state: string; text: string | null }) => jobs.push(job),
      world: {
        now: () => new Date(0),
        limits: { ledger: 0, review: 1 },
        ledger: { proposals: { withdraw: async () => options.branch ?? ok('gone') } },
      },
    },
    proposal: { effect: 'commit' },
    pulls: {
      find: async () => options.found ?? ok(null),
      get: async () => options.looks[Math.min(looks++, options.looks.length - 1)],
      close: async () => options.closed ?? pull('closed'),
    },
    place: { owner: 'o', repo: 'r', branch: 'main' },
  } as unknown as Task;
  const end = await withdraw(task, 'Cancelled.');
  const outcomeOf = (effect: string) => (effects.get(effect) as { outcome?: string } | undefined)?.outcome;
  return { end, outcome: outcomeOf('commit'), closing: outcomeOf('commit:close'), job: jobs.at(-1) };
}

describe('a pull request that is taken back', () => {
  it('is gone once GitHub says that it is closed', async () => {
    const told = await withdrawing({ number: 7, looks: [pull('open'), pull('closed')] });
    expect(told).toMatchObject({ end: { state: 'gone' }, outcome: 'not-done', job: { state: 'aborted' } });
  });
  it('is gone, too, where only the deletion of its branch closed it', async () => {
    const told = await withdrawing({
      number: 7,
      looks: [pull('open'), pull('open'), pull('closed')],
      closed: refused,
    });
    expect(told).toMatchObject({ end: { state: 'gone' }, outcome: 'not-done' });
  });
  it('is not known to be gone where it could not be closed: it may still be merged', async () => {
    const told = await withdrawing({
      number: 7,
      looks: [pull('open')],
      closed: refused,
      branch: refused,
    });
    expect(told).toMatchObject({ outcome: 'unknown', closing: 'unknown', job: { state: 'unknown' } });
    expect(told.end).toMatchObject({
      state: 'unknown',
      text: expect.stringMatching(
        /#7 is still open.*does not allow this.*can still be merged.*[Cc]lose it on GitHub/,
      ),
    });
  });
  it('is not known to be gone where nobody may look at it', async () => {
    const told = await withdrawing({ number: 7, looks: [refused], closed: refused });
    expect(told).toMatchObject({ end: { state: 'unknown' }, outcome: 'unknown' });
    expect(told.end).toMatchObject({
      text: expect.stringMatching(/Whether pull request #7 is closed, or was merged before, is not known/),
    });
  });
  it('is not known to be gone where it was never seen, and nobody may ask for it', async () => {
    const told = await withdrawing({ number: null, looks: [refused], found: refused });
    expect(told).toMatchObject({ end: { state: 'unknown' }, outcome: 'unknown' });
    expect(told.end).toMatchObject({ text: expect.stringMatching(/branch b .*look .*on GitHub/i) });
  });
  it('was merged where the last look says so', async () => {
    const told = await withdrawing({ number: 7, looks: [refused, pull('merged')], closed: refused });
    expect(told.end).toMatchObject({ state: 'merged' });
  });
});
