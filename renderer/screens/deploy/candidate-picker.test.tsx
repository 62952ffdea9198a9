import { MantineProvider } from '@mantine/core';
import { QueryClientProvider } from '@tanstack/react-query';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { Bridge } from '../../../shared/contract/bridge';
import type { Candidate } from '../../../shared/domain/ledger/change';
import { createQueryClient } from '../../data/query-client';
import { devBridge } from '../../dev/dev-bridge';
import { CandidatePicker } from './candidate-picker';

const tag = (name: string): Candidate => ({
  kind: 'tag',
  name,
  version: name,
  sha: 'a'.repeat(40),
  subject: `Release ${name}`,
  at: null,
  author: null,
  runningIn: [],
});

it('picks what is found by Enter, also when it was in no list before', async () => {
  const inner = devBridge({ apps: 1, state: 'practice', scheme: 'light' });
  const list: Bridge['call']['candidates.list'] = async ({ query }) => ({
    ok: true,
    value: {
      candidates: query === 'v3' ? [tag('v3')] : [tag('v2'), tag('v1')],
      partial: 'GitHub did not answer. This is the list of 2026-01-01 00:00 UTC.',
      freshness: { state: 'live', asOf: '2026-01-01T00:00:00.000Z' },
    },
  });
  const bridge = { ...inner, call: { ...inner.call, 'candidates.list': list } };
  Object.defineProperty(window, 'signalbox', { value: bridge, configurable: true });
  const picked: string[] = [];
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={createQueryClient()}>
        <CandidatePicker app="router" onPick={(version) => picked.push(version)} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  await screen.findByText('Release v2');
  // What was not read of the repo is said beside what was.
  const said = await screen.findByText(/^GitHub did not answer\. This is the list of/);
  // In local time, as everywhere.
  expect(said.textContent).not.toContain('UTC');
  expect(said.querySelector('time')?.dateTime).toBe('2026-01-01T00:00:00.000Z');
  const user = userEvent.setup();
  await user.click(screen.getByRole('combobox'));
  await user.keyboard('v3');
  await screen.findByText('Release v3');
  await user.keyboard('{Enter}');
  expect(picked).toEqual(['v3']);
});

it('takes nothing by Enter before what was typed is answered: a branch of that name may be found', async () => {
  const inner = devBridge({ apps: 1, state: 'practice', scheme: 'light' });
  const asked: ((candidates: Candidate[]) => void)[] = [];
  const list: Bridge['call']['candidates.list'] = async ({ query }) => {
    const candidates =
      query === '' ? [tag('v2'), tag('v1')] : await new Promise<Candidate[]>((answer) => asked.push(answer));
    return {
      ok: true,
      value: { candidates, partial: null, freshness: { state: 'live', asOf: '2026-01-01T00:00:00.000Z' } },
    };
  };
  const bridge = { ...inner, call: { ...inner.call, 'candidates.list': list } };
  Object.defineProperty(window, 'signalbox', { value: bridge, configurable: true });
  const picked: string[] = [];
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={createQueryClient()}>
        <CandidatePicker app="router" onPick={(version) => picked.push(version)} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  const user = userEvent.setup();
  await screen.findAllByRole('option');
  await user.type(screen.getByRole('combobox'), 'bump-rails{Enter}');
  await expect.poll(() => asked.length).toBeGreaterThan(0);
  await user.keyboard('{Enter}');
  expect(picked).toEqual([]);
  expect(screen.queryByText(/as it is/)).toBeNull();
  const branch: Candidate = { ...tag('bump-rails'), kind: 'branch', version: 'b'.repeat(40) };
  for (const answer of asked) answer([branch]);
  await screen.findByRole('option', { name: /bump-rails/ });
  await user.keyboard('{Enter}');
  expect(picked).toEqual(['b'.repeat(40)]);
});
