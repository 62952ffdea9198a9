import { screen, within } from '@testing-library/react';
import { expect, it, vi } from 'vitest';
import { intentSchema } from '../../../shared/domain/operation/intent';
import type { OperationEvent } from '../../../shared/domain/operation/operation-events';
import { replayOperation } from '../../../shared/domain/operation/operation-reducer';
import { renderApp } from '../../testing/render-app';

// The registry with one line more; nothing of it is replaced.
vi.mock(import('../../../shared/domain/operation/registry'), async (original) => ({
  ...(await original()),
  ...(await import('../../../shared/domain/operation/testing/rehearsal')),
}));

const at = '2026-03-01T10:00:00Z';
const requested: OperationEvent = {
  type: 'requested',
  at,
  id: 'op-1',
  intent: intentSchema.parse({
    kind: 'rehearsal',
    app: 'router',
    environment: 'staging',
    version: 'v12',
    expected: 'v13',
  }),
  actor: 'Ada Marsh',
  seen: [],
};
const landed: OperationEvent[] = [
  { type: 'step-started', at, step: 'commit' },
  { type: 'side-effect-intended', at, step: 'commit', effect: 'commit', text: 'Push.' },
  {
    type: 'side-effect-result',
    at,
    step: 'commit',
    effect: 'commit',
    outcome: 'done',
    text: 'There.',
    commit: 'abcdef0123456789',
  },
];

function show(events: OperationEvent[]) {
  const operation = replayOperation(events)?.operation;
  if (!operation) throw new Error('no operation');
  return renderApp({
    route: '/operations/op-1',
    answers: { 'operation.get': () => operation, 'operation.list': () => [operation] },
  });
}
const cancel = () => screen.findByRole('button', { name: 'Cancel operation' });

it('shows the title, the subject and the steps of a kind that only declares itself', async () => {
  show([requested]);
  expect(
    await screen.findByRole('heading', { level: 1, name: 'Rehearse router v12 in staging' }),
  ).toBeTruthy();
  expect(screen.getByRole('link', { name: 'router' }).getAttribute('href')).toContain(
    '/apps/router?environment=staging',
  );
  const steps = within(screen.getByRole('list', { name: 'Steps' })).getAllByRole('listitem');
  expect(steps.map((step) => step.textContent?.replace('Not started', ''))).toEqual([
    'Checks',
    'Commit',
    'Stop promotions',
    'Refresh',
    'Rollout',
  ]);
  expect((await cancel()).getAttribute('aria-disabled')).not.toBe('true');
  const tray = screen.getByRole('region', { name: 'Operations tray' });
  expect(tray.textContent).toContain('Rehearsing router v12 · staging');
});

it('says why it cannot be cancelled any more, as the kind declares it', async () => {
  show([requested, ...landed]);
  expect((await cancel()).getAttribute('aria-disabled')).toBe('true');
  expect(screen.getAllByText('The rehearsal has begun: it is played to its end.').length).toBeGreaterThan(0);
});

it('offers to withdraw the request of a hold alone, where the version has landed', async () => {
  const operation = replayOperation([requested])?.operation;
  if (!operation) throw new Error('no operation');
  const waits = { ...operation, cancel: { allowed: true, only: 'hold-request' } } as const;
  renderApp({
    route: '/operations/op-1',
    answers: { 'operation.get': () => waits, 'operation.list': () => [waits] },
  });
  const button = await screen.findByRole('button', { name: 'Withdraw the hold request' });
  expect(button.getAttribute('aria-disabled')).not.toBe('true');
  expect(screen.getByText(/The rolled-back version stays/)).toBeTruthy();
});
