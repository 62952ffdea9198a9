import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { Comparison } from '../../../shared/domain/bags/view';
import { ComparisonView } from './comparison-view';

const changed = (service: string, asOf?: string): Comparison['changed'][number] => ({
  service,
  from: 'v1',
  to: 'v2',
  migrations: [],
  because: null,
  commits: 3,
  url: null,
  ...(asOf === undefined ? {} : { asOf }),
});
const show = (...services: Comparison['changed']) =>
  render(
    <MantineProvider env="test">
      <ComparisonView comparison={{ changed: services, added: [], removed: [], unchanged: [] }} />
    </MantineProvider>,
  );

it('says of which services it was kept, and how old the oldest of it is', () => {
  show(changed('api', '2026-06-02T09:00:00Z'), changed('web'), changed('worker', '2026-06-01T11:40:00Z'));
  const told = screen.getByText(/^Commits and migrations of/);
  expect(told.textContent).toMatch(/^Commits and migrations of api and worker are as of .*\.$/);
  expect(told.querySelector('time')?.dateTime).toBe('2026-06-01T11:40:00Z');
  expect(told.querySelector('time')?.title).toMatch(/^GitHub could not be asked now\. Read /);
});

it('says nothing of an age where GitHub was asked just now', () => {
  show(changed('api'));
  expect(screen.queryByText(/as of/)).toBeNull();
});
