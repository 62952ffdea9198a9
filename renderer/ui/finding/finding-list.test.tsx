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

it('shows the worst first, and folds what is only for information once there is much of it', () => {
  const one = (code: Finding['code'], level: Finding['level'], message: string): Finding => ({
    code,
    level,
    message,
    evidence: '',
    overridable: true,
  });
  const infos = Array.from({ length: 8 }, (_, at) => one('other', 'info', `Info ${at}`));
  const note = one('note', 'info', 'Warm the <b>cache</b>.');
  const bad: Finding = {
    ...one('bad', 'block', 'v3 is marked bad.'),
    lift: { who: 'Sam Hale', link: null, message: 'I’d like to deploy.' },
  };
  render(
    <MantineProvider env="test">
      <FindingList findings={[...infos, note, one('checks', 'warn', 'Failed.'), bad]} />
    </MantineProvider>,
  );
  const shown = screen.getByRole('list', { name: 'Checks' }).textContent ?? '';
  const at = ['v3 is marked bad.', 'Failed.', 'Warm the <b>cache</b>.', 'Info 0'].map((text) =>
    shown.indexOf(text),
  );
  expect(at).toEqual(at.toSorted((a, b) => a - b));
  expect(Math.min(...at)).toBeGreaterThanOrEqual(0);
  expect(shown).not.toContain('Info 7');
  expect(screen.getByText('4 more checks for information')).toBeTruthy();
  expect(screen.getByText('Sam Hale can lift this.')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Copy a message to Sam Hale' })).toBeTruthy();
});
