import { expect, it } from 'vitest';
import type { RouteKind } from '../../../shared/domain/estate/routes';
import type { AppIntent } from '../../../shared/domain/operation/intent';
import { chooseRoute } from '../../../shared/domain/route/choose-route';
import type { RouteAccess } from '../../../shared/domain/route/route';
import type { StepContext } from '../operation-context';
import { routeTaken } from './route-taken';

const open: RouteAccess = { state: 'open' };
const closed: RouteAccess = { state: 'closed', because: 'GitHub did not let you open it.', remedy: null };

/** What a step sees of an operation that was begun on a route, or not. */
function taken(options: {
  wanted?: RouteKind;
  review: RouteAccess;
  begun?: { outcome: 'pending' | 'not-done'; data: Record<string, unknown> };
}) {
  const route = options.wanted;
  const intent: AppIntent = {
    kind: 'hold',
    app: 'frontend',
    environment: 'production',
    reason: 'x',
    ...(route ? { route } : {}),
  };
  const views = [
    { kind: 'push' as const, access: open, text: '' },
    { kind: 'pull-request' as const, access: options.review, text: '' },
  ];
  const effects = new Map(options.begun ? [['commit', options.begun]] : []);
  return routeTaken({
    intent,
    record: () => ({ effects }),
    world: { routes: { plan: () => chooseRoute(views, ['files'], route ?? null) } },
  } as unknown as StepContext<AppIntent>);
}

it('is the first that is open, or the one that was chosen', () => {
  expect(taken({ review: open })).toEqual({ kind: 'push' });
  expect(taken({ review: open, wanted: 'pull-request' })).toEqual({ kind: 'pull-request' });
});

it('is never another than the chosen one: who wanted a review gets no push', () => {
  expect(taken({ review: closed, wanted: 'pull-request' })).toMatchObject({
    failure: {
      code: 'forbidden',
      message: expect.stringContaining('a pull request, is closed to you by now'),
    },
  });
});

it('stays the one on which it was begun, also where what ran there failed', () => {
  expect(taken({ review: open, begun: { outcome: 'pending', data: { route: 'pull-request' } } })).toEqual({
    kind: 'pull-request',
  });
  expect(
    taken({ review: open, begun: { outcome: 'not-done', data: { route: 'workflow', run: 'a' } } }),
  ).toEqual({
    kind: 'workflow',
  });
  // What was refused has begun nothing.
  expect(taken({ review: open, begun: { outcome: 'not-done', data: { route: 'pull-request' } } })).toEqual({
    kind: 'push',
  });
});
