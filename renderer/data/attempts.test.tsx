import { cleanup, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import type { ProcedureName } from '../../shared/contract/contract';
import { FailureError } from '../../shared/domain/failure/failure';
import { renderApp } from '../testing/render-app';
import { Attempts } from './attempts';
import { ask } from './call';

afterEach(cleanup);

const lost = (): never => {
  throw new FailureError({
    code: 'timeout',
    message: 'No answer came.',
    meaning: 'It may have been done.',
    next: [{ do: 'retry', label: 'Try again' }],
  });
};

const refused = (): never => {
  throw new FailureError({ code: 'busy', message: 'Busy.', meaning: 'Nothing was done.', next: [] });
};

/** Answers in turn; the last one stays. */
const inTurn =
  <T,>(...answers: (() => T)[]) =>
  (): T =>
    (answers.length > 1 ? answers.shift() : answers[0])?.() as T;

const idsOf = (asked: { name: ProcedureName; input: unknown }[], name: ProcedureName) =>
  asked.filter((one) => one.name === name).map(({ input }) => (input as { requestId?: string }).requestId);

/** That the second was the first again, and the third another. */
const expectOneRetry = (ids: (string | undefined)[]): void => {
  expect(ids).toHaveLength(3);
  expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
  expect(ids[1]).toBe(ids[0]);
  expect(ids[2]).toMatch(/^[0-9a-f-]{36}$/);
  expect(ids[2]).not.toBe(ids[0]);
};

it('a sync of the app and a refresh keep their id while no answer came, and a new click has a new one', async () => {
  const action = {
    text: 'Asked.',
    action: {
      id: 'x',
      at: '2026-03-01T10:00:00Z',
      actor: 'Ada',
      kind: 'refresh' as const,
      environment: 'staging',
      app: 'frontend',
      object: 'Application frontend',
      outcome: 'done' as const,
      text: 'Asked.',
      created: null,
    },
  };
  const { user, asked } = renderApp({
    route: '/apps/frontend?environment=staging',
    answers: {
      'application.nudge': inTurn(lost, () => ({ operationId: '0192f0c1-0001' })),
      'application.refresh': inTurn(lost, () => action),
    },
  });
  const refresh = await screen.findByRole('button', { name: 'Refresh frontend in staging' });
  await user.click(refresh);
  await user.click(await screen.findByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(refresh.getAttribute('aria-busy')).toBeNull());
  await user.click(refresh);
  await waitFor(() => expect(idsOf(asked, 'application.refresh')).toHaveLength(3));
  expectOneRetry(idsOf(asked, 'application.refresh'));

  // Its screen opens once it is begun.
  await user.click(screen.getByRole('button', { name: 'Refresh and sync frontend in staging' }));
  await user.click(await screen.findByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(window.location.hash).toMatch(/operations/));
  const [first, second] = idsOf(asked, 'application.nudge');
  expect(first).toMatch(/^[0-9a-f-]{36}$/);
  expect(second).toBe(first);
});

it('a wish that was changed, or that was refused, is another attempt', async () => {
  const sent: { requestId: string }[] = [];
  const answers = [lost, lost, lost, refused, () => ({ operationId: 'x' })];
  const call = {
    'operation.start': async (input: { requestId: string }) => {
      sent.push(input);
      try {
        return { ok: true, value: answers.shift()?.() };
      } catch (error) {
        return { ok: false, failure: (error as FailureError).failure };
      }
    },
  };
  Object.defineProperty(window, 'signalbox', { value: { call }, configurable: true });
  const attempts = new Attempts();
  const start = (reason: string, clickedAt: number) =>
    attempts.send(
      {
        name: 'operation.start',
        input: {
          intent: { kind: 'hold', app: 'frontend', environment: 'staging', reason },
          seen: [],
          clickedAt,
        },
      },
      reason,
    );
  for (const [reason, at] of [
    ['one', 1],
    ['one', 2],
    ['two', 3],
    ['two', 4],
    ['two', 5],
  ] as const)
    await start(reason, at);
  const [first, again, changed, changedAgain, afterRefusal] = sent;
  // As it was: main takes nothing else under the id.
  expect(again).toEqual(first);
  expect(changed?.requestId).not.toBe(first?.requestId);
  expect(changedAgain).toEqual(changed);
  expect(afterRefusal?.requestId).not.toBe(changed?.requestId);
});

it('an action whose answer never comes may have been done, a question changed nothing', async () => {
  const call = {
    'operation.cancel': () => Promise.reject(new Error('the channel closed')),
    'operation.get': () => Promise.reject(new Error('the channel closed')),
  };
  Object.defineProperty(window, 'signalbox', { value: { call }, configurable: true });
  expect(await ask('operation.cancel', { operationId: 'x' })).toMatchObject({
    failure: { code: 'unknown-outcome' },
  });
  expect(await ask('operation.get', { operationId: 'x' })).toMatchObject({ failure: { code: 'bad-data' } });
});

it('a rollback by one click keeps its id while no answer came', async () => {
  const { user, asked } = renderApp({
    answers: { 'operation.start': inTurn(lost, () => ({ operationId: '0192f0c1-0009' })) },
  });
  await user.click(await screen.findByRole('gridcell', { name: /^publishing-api, production/ }));
  await user.click(
    await screen.findByRole('button', { name: 'Roll back publishing-api to v1240 in production' }),
  );
  await user.click(await screen.findByRole('button', { name: 'Try again' }));
  await waitFor(() => expect(idsOf(asked, 'operation.start')).toHaveLength(2));
  const [first, second] = idsOf(asked, 'operation.start');
  expect(first).toMatch(/^[0-9a-f-]{36}$/);
  expect(second).toBe(first);
});
