import { MantineProvider } from '@mantine/core';
import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import type { ReactNode } from 'react';
import { expect, it, vi } from 'vitest';
import { chooseRoute } from '../../../shared/domain/route/choose-route';
import type { RouteView } from '../../../shared/domain/route/route';
import { RouteChoice } from './route-choice';

const routes: RouteView[] = [
  {
    kind: 'workflow',
    access: { state: 'open' },
    text: 'Through Argo Workflows as Ada. The commit will be by govuk-ci.',
  },
  {
    kind: 'actions',
    access: {
      state: 'closed',
      because: 'You are not in the GitHub team deployers, which production needs.',
      remedy: 'A maintainer of deployers can add you, or deploy for you.',
    },
    text: 'Through GitHub Actions.',
  },
  { kind: 'pull-request', access: { state: 'open' }, text: 'By a pull request. It waits for a review.' },
];

const show = (what: ReactNode) => render(<MantineProvider>{what}</MantineProvider>);
const radio = (name: RegExp): HTMLInputElement => screen.getByRole('radio', { name });

it('says which way is taken, why the closed ones are closed and who opens them, and lets one choose', async () => {
  const onChoose = vi.fn();
  show(
    <RouteChoice plan={chooseRoute(routes, ['version', 'files'])} onChoose={onChoose} label="How it lands" />,
  );
  screen.getByRole('radiogroup', { name: 'How it lands' });
  expect(radio(/Argo Workflows/).checked).toBe(true);
  screen.getByText(/The commit will be by govuk-ci/);
  expect(radio(/GitHub Actions/).disabled).toBe(true);
  screen.getByText(/not in the GitHub team deployers.*A maintainer of deployers can add you/);
  screen.getByText(/The hold goes as a pull request/);
  await userEvent.click(radio(/Pull request/));
  expect(onChoose).toHaveBeenCalledWith('pull-request');
});

it('says nothing where there is one way and it is open', () => {
  const { container } = show(
    <RouteChoice
      plan={chooseRoute(routes.slice(0, 1), ['version'])}
      onChoose={() => undefined}
      label="How it lands"
    />,
  );
  expect(container.querySelector('[role=radiogroup]')).toBeNull();
});
