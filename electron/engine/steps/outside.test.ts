import { describe, expect, it } from 'vitest';
import type { Freshness } from '../../../shared/domain/board/freshness';
import { type Failure, fail, ok, type Result } from '../../../shared/domain/failure/failure';
import type { Cluster } from '../../observation/types';
import type { StepContext } from '../operation-context';
import { askPatiently } from './outside';

const refused: Failure = { code: 'forbidden', message: 'You may not list pods.', meaning: '', next: [] };
const silent: Failure = { code: 'unreachable', message: 'No answer.', meaning: '', next: [] };
const away: Freshness = { state: 'unreachable', asOf: null, since: 'a while ago', failure: refused };
const ended: Failure = {
  code: 'unauthorised',
  message: 'Your session at Argo CD has ended.',
  meaning: '',
  next: [{ do: 'open-settings', label: 'Sign in again' }],
};

/** Asks a cluster that looks away, and comes back when `come` is called. */
function asking(answers: Result<string>[]) {
  let freshness: Freshness = away;
  const listeners = new Set<(changes: { topic: string; app: null }[]) => void>();
  const waits: string[] = [];
  const view = {
    environment: 'production',
    freshness: () => freshness,
    onChange: (listener: () => void) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
  const context = {
    signal: new AbortController().signal,
    waiting: (text: string) => waits.push(text),
  } as unknown as StepContext;
  let asked = 0;
  const answer = askPatiently(context, { view } as unknown as Cluster, 60_000, async () => {
    const now = answers[asked++];
    if (!now) throw new Error('asked too often');
    return now;
  });
  const come = (): void => {
    freshness = { state: 'live', asOf: 'now' };
    for (const listener of [...listeners]) listener([{ topic: 'freshness', app: null }]);
  };
  return { answer, come, waits, asked: () => asked };
}

describe('a question to a cluster', () => {
  it('is asked even when one of its watches is refused: the question may be allowed', async () => {
    expect(await asking([ok('done')]).answer).toEqual({ ok: true, value: 'done' });
  });
  it('is asked again when the cluster has come back', async () => {
    const one = asking([fail(silent), ok('done')]);
    await new Promise(setImmediate);
    expect(one.asked()).toBe(1);
    expect(one.waits.join()).toContain('unreachable since');
    one.come();
    expect(await one.answer).toEqual({ ok: true, value: 'done' });
  });
  it('is asked again once the person has signed in, whose session had ended, whatever is still seen', async () => {
    const one = asking([fail(ended), fail(ended), ok('done')]);
    one.come();
    expect(await one.answer).toEqual({ ok: true, value: 'done' });
    expect(one.waits.at(-1)).toBe('Waiting for you to sign in. Your session at Argo CD has ended.');
  });
  it('is not asked again where nobody can sign in from here', async () => {
    const answer = fail({ ...ended, next: [] });
    expect(await asking([answer]).answer).toEqual(answer);
  });
  it('is not asked again when the answer is no', async () => {
    expect(await asking([fail(refused)]).answer).toEqual({ ok: false, failure: refused });
  });
});
