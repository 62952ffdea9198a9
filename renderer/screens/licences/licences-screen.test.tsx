import { screen, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { FailureError } from '../../../shared/domain/failure/failure';
import { renderApp } from '../../testing/render-app';

const packages = [
  { name: '@scope/first', version: '1.0.0', licence: 'MIT', text: 0 },
  { name: 'second', version: '2.1.0', licence: 'Apache-2.0', text: 1 },
  { name: 'third', version: '3.0.0', licence: 'MIT', text: 0 },
];

it('is found from Settings, searched by the keyboard, and shows the text of a licence', async () => {
  const { user, asked } = renderApp({
    route: '/settings',
    answers: {
      'licences.list': () => packages,
      'licences.text': () => ({ text: 'Permission is hereby granted' }),
      'licences.save-bill': () => ({ saved: 'bill.json' }),
    },
  });
  await user.click(await screen.findByRole('link', { name: 'Licences' }));
  await user.click(await screen.findByRole('searchbox', { name: 'Search licences' }));
  expect(screen.getByText('3 packages')).toBeTruthy();
  await user.keyboard('mit third');
  expect(screen.getByText('1 package')).toBeTruthy();
  const list = screen.getByRole('list', { name: 'Packages' });
  expect(within(list).getByText('third')).toBeTruthy();
  expect(within(list).queryByText('second')).toBeNull();
  await user.click(within(list).getByText('third'));
  expect(await within(list).findByText('Permission is hereby granted')).toBeTruthy();
  expect(asked).toContainEqual({ name: 'licences.text', input: { text: 0 } });
  await user.click(screen.getByRole('button', { name: 'Save the bill of materials…' }));
  expect(await screen.findByText('Saved as bill.json (CycloneDX).')).toBeTruthy();
});

it('says that a checkout ships nothing, and what is wrong with an installed one', async () => {
  const { unmount } = renderApp({ route: '/licences', answers: { 'licences.list': () => null } });
  expect(await screen.findByRole('heading', { name: 'A checkout ships nothing' })).toBeTruthy();
  unmount();
  renderApp({
    route: '/licences',
    answers: {
      'licences.list': () => {
        throw new FailureError({
          code: 'bad-data',
          message: 'The list of licences of this build can’t be read.',
          meaning: 'Somebody changed it.',
          next: [],
        });
      },
    },
  });
  expect(await screen.findByText('The list of licences of this build can’t be read.')).toBeTruthy();
});
