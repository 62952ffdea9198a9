import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { Finding } from '../../../shared/domain/preflight/finding';
import type { SyncAnswer } from '../../../shared/domain/preflight/sync-answer';
import { FindingList } from './finding-list';

const startedAt = '2026-03-01T10:00:00Z';
const finding = (choice: SyncAnswer['choice'] | null): Finding => ({
  code: 'sync-running',
  level: choice === null ? 'warn' : 'info',
  message: 'A sync of frontend to v7 by Grace is running; terminate it, or wait for it to end?',
  evidence: 'waiting for completion of hook batch/Job/frontend-migrate',
  overridable: true,
  sync: { application: 'frontend', startedAt, choice },
});

it('asks what becomes of a sync that is not ours, with nothing chosen beforehand', async () => {
  const answers: SyncAnswer[] = [];
  const list = (choice: SyncAnswer['choice'] | null) => (
    <MantineProvider env="test">
      <FindingList findings={[finding(choice)]} onSync={(answer) => answers.push(answer)} />
    </MantineProvider>
  );
  const { rerender } = render(list(null));
  expect(screen.getByText('Choose what to do with it.')).toBeTruthy();
  expect(screen.getByRole('radiogroup', { name: 'Sync of frontend' })).toBeTruthy();
  const radios = () => screen.getAllByRole<HTMLInputElement>('radio');
  expect(radios().map(({ checked }) => checked)).toEqual([false, false]);
  await userEvent.setup().click(screen.getByRole('radio', { name: 'Terminate it' }));
  expect(answers).toEqual([{ application: 'frontend', startedAt, choice: 'terminate' }]);
  rerender(list('terminate'));
  expect(radios().map(({ checked }) => checked)).toEqual([true, false]);
  // What is chosen can be taken back.
  await userEvent.setup().click(screen.getByRole('radio', { name: 'Wait for it to end' }));
  expect(answers.at(-1)?.choice).toBe('wait');
});

it('offers no choice where it is over', () => {
  render(
    <MantineProvider env="test">
      <FindingList findings={[finding('wait')]} past />
    </MantineProvider>,
  );
  expect(screen.queryAllByRole('radio')).toEqual([]);
});
