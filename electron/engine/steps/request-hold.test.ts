import { describe, expect, it } from 'vitest';
import { type Failure, fail, ok, type Result } from '../../../shared/domain/failure/failure';
import type { AppIntent } from '../../../shared/domain/operation/intent';
import type { RouteKind, RouteView } from '../../../shared/domain/route/route';
import type { StepContext } from '../operation-context';
import { requestHold } from './request-hold';

const failure = (code: Failure['code']): Failure => ({
  code,
  message: `It was ${code}.`,
  meaning: 'Nothing was changed.',
  next: [],
});
const landed: Result<unknown> = ok({ value: null, changed: true, commit: 'c'.repeat(40), attempts: 1 });

/** Asks for the hold of a rollback whose version a bot carried, with what each write of the release repo comes to. */
async function requesting(
  kinds: readonly RouteKind[],
  writes: Result<unknown>[],
  begun: { route: string; run?: string } = { route: 'workflow', run: 'deploy-image-1' },
  hold: Record<string, unknown> | null = null,
  isCancelled = false,
) {
  const effects = new Map<string, unknown>([['commit', { outcome: 'done', data: begun }]]);
  if (hold) effects.set('hold-request', { outcome: 'pending', data: hold });
  const closed: [RouteKind, string][] = [];
  const saw: string[] = [];
  let written = 0;
  const views = (): RouteView[] =>
    kinds.map((kind) => ({
      kind,
      text: '',
      access: closed.some(([one]) => one === kind)
        ? { state: 'closed', because: 'Refused.', remedy: null }
        : { state: 'unknown', because: 'Only trying can tell.' },
    }));
  const context = {
    id: '01999999-0000-7000-8000-000000000000',
    step: 'hold-request',
    intent: { kind: 'rollback', app: 'frontend', environment: 'production', version: 'v1', expected: 'v2' },
    signal: new AbortController().signal,
    cancelled: isCancelled ? AbortSignal.abort() : new AbortController().signal,
    record: () => ({ effects, operation: { steps: [] } }),
    waiting: () => undefined,
    saw: (text: string) => saw.push(text),
    intend: () => undefined,
    result: () => undefined,
    world: {
      now: () => new Date(0),
      limits: { ledger: 0 },
      identity: () => ({ name: 'Ada', email: 'ada@example.invalid' }),
      // Without a GitHub a pull request ends at once, in words of its own.
      estate: { ledger: { branch: 'main', ...(isCancelled ? { github: { owner: 'o', repo: 'r' } } : {}) } },
      pullRequests: isCancelled ? { find: async () => ok(null) } : null,
      ledger: {
        transact: async () => writes[written++] ?? fail(failure('internal')),
        proposals: { withdraw: async () => ok('gone') },
      },
      routes: {
        plan: () => ({ taken: null, rest: null, routes: views() }),
        config: (_: string, kind: RouteKind) => (kinds.includes(kind) ? { kind, reviewers: [] } : null),
        refused: (_: object, kind: RouteKind, because: string) => closed.push([kind, because]),
      },
    },
  } as unknown as StepContext<Extract<AppIntent, { kind: 'rollback' }>>;
  return { end: await requestHold(context), saw, closed, written };
}
const proposed = {
  state: 'failed',
  failure: { message: expect.stringContaining('where the release repo’s GitHub is') },
};

describe('the hold of a rollback whose version a bot carried', () => {
  it('is no step of its own where the person’s commit includes it', async () => {
    const { end, written } = await requesting(['push'], [landed], { route: 'push' });
    expect([end.state, written]).toEqual(['skipped', 0]);
  });
  it('goes by the first route that carries files, and never by a bot', async () => {
    const { end, saw, written } = await requesting(['workflow', 'actions', 'push', 'pull-request'], [landed]);
    expect([end, saw, written]).toEqual([{ state: 'succeeded' }, [], 1]);
  });
  it('makes way for the next route where one is refused, which is remembered with what the repo said', async () => {
    const { end, saw, closed } = await requesting(['push', 'pull-request'], [fail(failure('forbidden'))]);
    expect(closed).toEqual([['push', 'It was forbidden. Nothing was changed.']]);
    expect(saw).toEqual(['Refused: It was forbidden. Going on by a pull request.']);
    expect(end).toMatchObject(proposed);
  });
  it('is told as refused where no other route carries it', async () => {
    const { end, saw, closed } = await requesting(['workflow', 'push'], [fail(failure('forbidden'))]);
    expect(end).toMatchObject({ state: 'failed', failure: { code: 'forbidden' } });
    expect([saw, closed.length]).toEqual([[], 1]);
  });
  it.each(['rate-limited', 'conflict', 'refused', 'unauthorised', 'unreachable', 'disk-full'] as const)(
    'closes no route where the write failed as %s',
    async (code) => {
      const { end, closed, written } = await requesting(['push', 'pull-request'], [fail(failure(code))]);
      expect(end).toMatchObject({ state: 'failed', failure: { code } });
      expect([closed, written]).toEqual([[], 1]);
    },
  );
  it('is gone on with as a pull request where it was begun so, whatever is open now', async () => {
    const pushed = { route: 'pull-request', branch: 'b', commit: 'c', base: 'a' };
    const { end, written } = await requesting(['push', 'pull-request'], [landed], undefined, pushed);
    expect(end).toMatchObject(proposed);
    expect(written).toBe(0);
  });
  it('is withdrawn alone, with its pull request and branch, while the version goes on', async () => {
    const github = { branch: 'b', commit: 'c', base: 'a', number: null, route: 'pull-request' };
    const { end, saw } = await requesting(['pull-request'], [], undefined, github, true);
    expect(end).toEqual({
      state: 'skipped',
      because: 'The hold request was withdrawn: automatic deploys stay on. The branch was deleted.',
    });
    expect(saw).toEqual([]);
  });
  it('is not known where nothing can carry it', async () => {
    const { end, written } = await requesting(['workflow', 'actions'], [landed]);
    expect(end).toMatchObject({
      state: 'unknown',
      because: expect.stringContaining('Nothing here can carry the hold'),
    });
    expect(written).toBe(0);
  });
});
