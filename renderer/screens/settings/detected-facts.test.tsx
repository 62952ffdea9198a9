import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { renderApp } from '../../testing/render-app';

it('tests a cluster: what works, which right is missing, and who grants it', async () => {
  const { user } = renderApp({ route: '/connections' });
  await user.click(await screen.findByRole('button', { name: 'Test staging' }));
  expect(await screen.findByText(/^Connected as ada: Kubernetes/)).toBeTruthy();
  expect(
    screen.getByText(
      /Missing: patch applications\.argoproj\.io in cluster-services\. Granted by whoever manages access to the cluster of staging\./,
    ),
  ).toBeTruthy();
});

it('shows where each proposal comes from, and takes none that was not chosen, as it was adjusted', async () => {
  const { user, asked } = renderApp({ route: '/connections' });
  await user.click(await screen.findByRole('button', { name: 'Detect in staging' }));
  const found = within(await screen.findByRole('group', { name: 'Found in staging' }));
  expect(found.getByText(/20 of 20 Applications of apps are in it\. Now: cluster-services\./)).toBeTruthy();
  expect(found.getByText(/parent Application is not clear/)).toBeTruthy();
  expect(asked.some(({ name }) => name === 'estates.adopt')).toBe(false);
  const value = found.getByRole('textbox', { name: 'Namespace of Argo CD' });
  await user.clear(value);
  await user.type(value, 'delivery');
  await user.click(found.getByRole('checkbox'));
  expect((found.getByRole('button', { name: 'Use these' }) as HTMLButtonElement).disabled).toBe(true);
  await user.click(found.getByRole('checkbox'));
  await user.click(found.getByRole('button', { name: 'Use these' }));
  await waitFor(() =>
    expect(asked.find(({ name }) => name === 'estates.adopt')?.input).toEqual({
      environment: 'staging',
      values: [{ field: 'cluster.argoNamespace', value: 'delivery' }],
      anyway: false,
    }),
  );
});
