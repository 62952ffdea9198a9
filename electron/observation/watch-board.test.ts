import { expect, it } from 'vitest';
import type { Freshness } from '../../shared/domain/board/freshness';
import { noKubernetes } from './no-kubernetes';
import { createWatchBoard } from './watch-board';
import type { WatchedKind } from './watched-kinds';

const kind = (plural: string): WatchedKind => ({
  apiVersion: 'v1',
  plural,
  namespace: 'apps',
  topics: ['pods'],
  means: `No ${plural} are seen.`,
});
const failing = (since: string, code: 'forbidden' | 'unreachable'): Freshness => ({
  state: 'unreachable',
  asOf: null,
  since,
  failure: { code, message: '', meaning: '', next: [] },
});

it('is unreachable since the cluster went away, and not since a kind of it was forbidden', () => {
  let clock = '2026-11-27T17:07:00Z';
  const [pods, events] = [kind('pods'), kind('events')];
  const meter = () => ({ objects: 0, lastEventAt: null, restarts: 0 });
  const board = createWatchBoard([pods, events], meter, () => clock);
  board.apply(pods, { state: 'live', asOf: clock }, false);
  board.apply(events, failing(clock, 'forbidden'), true);
  expect(board.freshness().state).toBe('live');
  const forbiddenSince = clock;
  clock = '2026-11-27T17:17:50Z';
  board.apply(pods, failing(clock, 'unreachable'), false);
  // The watch itself counts from its first failure, again and again.
  board.apply(events, failing(forbiddenSince, 'unreachable'), false);
  board.apply(events, failing(forbiddenSince, 'unreachable'), false);
  expect(board.freshness()).toMatchObject({ state: 'unreachable', since: '2026-11-27T17:17:50Z' });
  board.apply(events, failing(forbiddenSince, 'forbidden'), true);
  expect(board.gaps()).toMatchObject([{ kind: 'events', since: forbiddenSince }]);
});

it('tells an outage from its beginning, however late it was noticed', () => {
  let clock = '2026-11-27T17:00:00Z';
  const pods = kind('pods');
  const board = createWatchBoard(
    [pods],
    () => ({ objects: 0, lastEventAt: null, restarts: 0 }),
    () => clock,
  );
  board.apply(pods, { state: 'live', asOf: clock }, false);
  clock = '2026-11-27T17:01:30Z';
  board.apply(pods, failing('2026-11-27T17:00:30Z', 'unreachable'), false);
  expect(board.since()).toBe('2026-11-27T17:00:30Z');
  expect(board.watches()[0]?.since).toBe('2026-11-27T17:00:30Z');
});

it('counts a kind that nobody is asked for as absent, and what rests on it beside others, too', () => {
  const failure = noKubernetes('production');
  const pods = kind('pods');
  const rollouts: WatchedKind = { ...kind('deployments'), topics: ['rollouts'] };
  const board = createWatchBoard(
    [pods, rollouts],
    () => ({ objects: 0, lastEventAt: null, restarts: 0 }),
    () => '2026-11-27T17:00:00Z',
    ({ plural }) => (plural === 'deployments' ? failure : null),
  );
  board.apply(pods, { state: 'live', asOf: '2026-11-27T17:00:00Z' }, false);
  expect(board.freshness().state).toBe('live');
  expect(board.freshness('pods').state).toBe('live');
  expect(board.freshness('rollouts').state).toBe('absent');
  expect(board.freshness('pods', 'rollouts').state).toBe('absent');
  expect(board.gaps()).toMatchObject([{ kind: 'deployments', because: { code: 'not-configured' } }]);
  expect(board.watches().map((one) => one.kind)).toEqual(['pods']);
});

it('tells that the reason of an outage is another one now, and not that it is the same', () => {
  const pods = kind('pods');
  const board = createWatchBoard([pods], () => ({ objects: 0, lastEventAt: null, restarts: 0 }));
  const at = '2026-11-27T17:00:00Z';
  expect(board.apply(pods, failing(at, 'forbidden'), false)).toEqual({ changed: true });
  expect(board.apply(pods, failing(at, 'forbidden'), false)).toEqual({ changed: false });
  expect(board.apply(pods, failing(at, 'unreachable'), false)).toEqual({ changed: true });
});

it('says why a cluster is away as the one watch heard it that asks for all of them', () => {
  const [pods, events] = [kind('pods'), kind('events')];
  const board = createWatchBoard([pods, events], () => ({ objects: 0, lastEventAt: null, restarts: 0 }));
  const at = '2026-11-27T17:00:00Z';
  for (const one of [pods, events]) board.apply(one, failing(at, 'forbidden'), false);
  board.apply(events, failing(at, 'unreachable'), false);
  expect(board.freshness()).toMatchObject({ state: 'unreachable', failure: { code: 'unreachable' } });
  expect(board.freshness('pods')).toMatchObject({ failure: { code: 'unreachable' } });
});
