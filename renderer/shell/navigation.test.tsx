import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { renderApp } from '../testing/render-app';

const bagLinks = async (pipelines: string[]) => {
  renderApp({ answers: { 'bags.pipelines': () => pipelines } });
  const screens = within(await screen.findByRole('navigation', { name: 'Screens' }));
  await screens.findByRole('link', { name: pipelines.length > 1 ? 'letters' : 'Bags' });
  return screens
    .getAllByRole('link')
    .filter((link) => link.getAttribute('href')?.includes('/pipelines/'))
    .map((link) => [link.textContent, link.getAttribute('href')]);
};

it('leads to every pipeline of bags', async () => {
  expect(await bagLinks(['letters', 'notify'])).toEqual([
    ['letters', '/#/pipelines/letters'],
    ['notify', '/#/pipelines/notify'],
  ]);
});

it('calls the only pipeline of bags plainly', async () => {
  expect(await bagLinks(['notify'])).toEqual([['Bags', '/#/pipelines/notify']]);
});
