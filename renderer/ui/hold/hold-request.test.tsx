import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { intentSchema } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import { replayOperation } from '../../../shared/domain/operation/operation-reducer';
import { devBoard } from '../../dev/dev-board';
import { renderApp } from '../../testing/render-app';

/** A rollback whose version has landed, and whose hold waits for its review. */
function asked(change: Partial<Operation> = {}): Operation {
  const made = replayOperation([
    {
      type: 'requested',
      at: '2026-03-01T12:00:00.000Z',
      id: 'op-1',
      intent: intentSchema.parse({
        kind: 'rollback',
        app: 'publishing-api',
        environment: 'production',
        version: 'v1240',
        expected: 'v1241',
      }),
      actor: 'Ada Marsh',
      seen: [],
    },
  ])?.operation;
  if (!made) throw new Error('no operation');
  return {
    ...made,
    steps: made.steps.map((step) =>
      step.name === 'hold-request' ? { ...step, state: 'running' as const } : step,
    ),
    jobs: [
      {
        name: 'Hold',
        phase: 'deploy',
        kind: 'pull-request',
        state: 'waiting',
        text: 'Pull request #7 is waiting for a review.',
        workflow: null,
        url: null,
        startedAt: null,
        finishedAt: null,
      },
    ],
    cancel: { allowed: true, only: 'hold-request' },
    ...change,
  };
}

async function show(operation: Operation) {
  const board = devBoard({ apps: 14, state: 'practice', scheme: 'light' });
  const cells = board.cells.map((cell) =>
    cell.app === 'publishing-api' && cell.environment === 'production'
      ? { ...cell, operation: { id: 'op-1', state: 'running' as const, step: 'hold-request' as const } }
      : cell,
  );
  const view = renderApp({
    answers: {
      'board.get': () => ({ ...board, cells }),
      'operation.get': () => operation,
      'operation.cancel': () => operation,
    },
  });
  await view.user.click(await screen.findByRole('gridcell', { name: /^publishing-api, production/ }));
  return view;
}

it('says at the cell that its hold waits for a review, and takes the request back there', async () => {
  const { user, asked: calls } = await show(asked());
  const card = await screen.findByRole('region', { name: 'Hold request' });
  expect(card.textContent).toContain('Hold waits for its review');
  expect(card.textContent).toContain('Pull request #7 is waiting for a review.');
  expect(card.textContent).toContain('Automatic deploys stay on until it is merged');
  await user.click(await screen.findByRole('button', { name: 'Withdraw the hold request' }));
  await waitFor(() =>
    expect(calls.filter(({ name }) => name === 'operation.cancel').map(({ input }) => input)).toEqual([
      { operationId: 'op-1' },
    ]),
  );
});

it('offers nothing to take back while the version itself is on its way', async () => {
  await show(asked({ cancel: { allowed: false, because: 'It is on its way.' } }));
  await screen.findByRole('region', { name: 'Hold request' });
  expect(screen.queryByRole('button', { name: 'Withdraw the hold request' })).toBeNull();
});
