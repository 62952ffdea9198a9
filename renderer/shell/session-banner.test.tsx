import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import type { ArgoAccount } from '../../shared/domain/estate/argo-account';
import { devClusterStatus } from '../dev/cluster';
import { renderApp } from '../testing/render-app';

const account = (environment: string, session: ArgoAccount['session']): ArgoAccount => ({
  environment,
  system: 'argo-cd',
  url: `https://argocd.${environment}.example.org`,
  session,
  signingIn: null,
  trouble: null,
  allowedHosts: [],
});
const ended = { state: 'ended', name: 'ada', at: '2026-12-01T11:00:00Z', why: 'refused' } as const;
const banner = () => screen.findByRole('note', { name: 'Session ended' });

it('a session that ended is told once, with the way back in', async () => {
  const { user, asked } = renderApp({
    answers: {
      'argo-servers.list': () => [account('production', ended), account('staging', { state: 'signed-out' })],
    },
  });
  const told = await banner();
  expect(told.textContent).toContain('Your session at Argo CD in production has ended.');
  await user.click(within(told).getByRole('button', { name: 'Sign in again to Argo CD in production' }));
  await waitFor(() =>
    expect(asked.filter(({ name }) => name === 'argo-servers.open-window')).toEqual([
      { name: 'argo-servers.open-window', input: { environment: 'production', system: 'argo-cd' } },
    ]),
  );
  await user.click(within(told).getByRole('button', { name: 'Dismiss' }));
  expect(screen.queryByRole('note', { name: 'Session ended' })).toBeNull();
});

it('several are told in one banner, which leads to Settings', async () => {
  const { user } = renderApp({
    answers: { 'argo-servers.list': () => [account('production', ended), account('staging', ended)] },
  });
  const told = await banner();
  expect(told.textContent).toContain('Your sessions at Argo CD in production, staging have ended.');
  await user.click(within(told).getByRole('link', { name: 'Sign in again…' }));
  expect(await screen.findByRole('region', { name: 'Argo accounts' })).toBeTruthy();
});

it('nobody is told of being signed out', async () => {
  renderApp({ answers: { 'argo-servers.list': () => [account('production', { state: 'signed-out' })] } });
  await screen.findByRole('grid');
  expect(screen.queryByRole('note', { name: 'Session ended' })).toBeNull();
});

it('what is entered is sent once and never stays in the window', async () => {
  const signedOut = account('production', { state: 'signed-out' });
  const { user, asked } = renderApp({
    route: '/settings',
    answers: {
      'argo-servers.list': () => [signedOut],
      'argo-servers.offers': () => ({
        password: true,
        page: true,
        commandLine: '/home/ada/.config/argocd/config',
      }),
      'argo-servers.sign-in': () => signedOut,
    },
  });
  await user.click(
    await screen.findByRole('button', { name: 'Other ways to sign in to Argo CD in production' }),
  );
  const dialog = await screen.findByRole('dialog');
  expect(await within(dialog).findByText(/Reads \/home\/ada\/.config\/argocd\/config once/)).toBeTruthy();
  await user.type(within(dialog).getByLabelText('User name'), 'admin');
  await user.type(within(dialog).getByLabelText('Password'), 's3cret');
  await user.click(within(dialog).getByRole('button', { name: 'Sign in with the password' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(asked.find(({ name }) => name === 'argo-servers.sign-in')?.input).toMatchObject({
    by: { way: 'password', username: 'admin', password: 's3cret' },
  });
});

it('what a cluster does not show leads to the server that may show it', async () => {
  const signedOut = { ...account('production', { state: 'signed-out' }), system: 'argo-workflows' as const };
  const { user, asked } = renderApp({
    route: '/clusters',
    answers: {
      'argo-servers.list': () => [signedOut],
      'cluster.status': () => ({
        ...devClusterStatus('production'),
        gaps: [
          {
            kind: 'workflows',
            namespace: 'apps',
            selector: null,
            topics: ['workflows'],
            since: '2026-12-01T11:00:00Z',
            because: { code: 'forbidden', message: 'You may not.', meaning: '', next: [] },
            means: 'Signalbox can’t see tests.',
          },
        ],
      }),
    },
  });
  const [gap] = await screen.findAllByText(/The server of Argo Workflows may show workflows\./);
  await user.click(
    within(gap as HTMLElement).getByRole('button', { name: 'Sign in to Argo Workflows in production' }),
  );
  await waitFor(() => expect(asked.some(({ name }) => name === 'argo-servers.open-window')).toBe(true));
});
