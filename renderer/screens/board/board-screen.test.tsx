import { screen, waitFor, within } from '@testing-library/react';
import { expect, it } from 'vitest';
import { devBoard } from '../../dev/dev-board';
import { renderApp } from '../../testing/render-app';

const cell = (name: RegExp) => screen.findByRole('gridcell', { name });
const tabStops = (grid: HTMLElement) => grid.querySelectorAll('[tabindex="0"]');

it('is a grid with one tab stop that arrows, Home, End and letters move', async () => {
  const { user } = renderApp();
  const grid = await screen.findByRole('grid', { name: 'Apps and environments' });
  await user.click(await cell(/^collections, staging/));
  expect(document.activeElement).toBe(await cell(/^collections, staging/));
  expect(tabStops(grid)).toHaveLength(1);
  await user.keyboard('{ArrowDown}{ArrowRight}');
  expect(document.activeElement?.getAttribute('aria-label')).toMatch(/^content-store, production/);
  await user.keyboard('{Home}');
  expect(document.activeElement).toBe(within(grid).getByRole('rowheader', { name: 'content-store' }));
  await user.keyboard('{End}w');
  expect(document.activeElement?.getAttribute('aria-label')).toMatch(/^whitehall, production/);
  expect(tabStops(grid)).toHaveLength(1);
});

it('opens the app by Enter', async () => {
  const { user } = renderApp();
  await user.click(await cell(/^router, staging/));
  await user.keyboard('{Enter}');
  expect(await screen.findByRole('heading', { level: 1, name: 'router' })).toBeTruthy();
  expect(window.location.hash).toBe('#/apps/router?environment=staging');
});

it('keeps filter and order in the address, and letters typed in the filter fire no shortcut', async () => {
  const { user } = renderApp();
  await cell(/^router, staging/);
  await user.keyboard('/');
  expect(document.activeElement).toBe(screen.getByRole('textbox', { name: 'Filter apps' }));
  await user.keyboard('front?');
  expect(screen.queryByRole('dialog')).toBeNull();
  await user.keyboard('{Backspace}');
  await waitFor(() => expect(window.location.hash).toBe('#/?q=front'));
  await waitFor(() =>
    expect(screen.getAllByRole('rowheader').map((each) => each.textContent)).toEqual([
      'finder-frontend',
      'frontend',
    ]),
  );
  await user.click(screen.getByRole('button', { name: /^Rolling out/ }));
  await waitFor(() => expect(screen.getAllByRole('rowheader')).toHaveLength(1));
  expect(window.location.hash).toBe('#/?q=front&only=rolling');
});

it('rolls back with one click, without a dialog, when nothing warns; and not twice', async () => {
  const { user, asked } = renderApp();
  await user.click(await cell(/^publishing-api, production/));
  const name = 'Roll back publishing-api to v1240 in production';
  const button = await screen.findByRole('button', { name });
  await waitFor(() => expect(asked.some((each) => each.name === 'preview.get')).toBe(true));
  await user.click(button);
  const starts = () => asked.filter((each) => each.name === 'operation.start');
  await waitFor(() => expect(starts()).toHaveLength(1));
  expect(screen.queryByRole('dialog')).toBeNull();
  expect(starts()[0]?.input).toMatchObject({
    intent: {
      kind: 'rollback',
      app: 'publishing-api',
      environment: 'production',
      version: 'v1240',
      expected: 'v1241',
    },
    clickedAt: expect.any(Number),
  });
  await waitFor(() => expect(button.getAttribute('aria-disabled')).toBe('true'));
  await user.click(button);
  expect(starts()).toHaveLength(1);
});

it('opens the sheet instead when a check warns, and wants a reason there', async () => {
  const { user, asked } = renderApp();
  await user.click(await cell(/^whitehall, production/));
  await user.keyboard('{Shift>}R{/Shift}');
  const button = await screen.findByRole('button', { name: /^Roll back whitehall to .* in production$/ });
  await waitFor(() => expect(document.activeElement).toBe(button));
  await user.keyboard('{Enter}');
  const sheet = await screen.findByRole('dialog');
  const action = await within(sheet).findByRole('button', {
    name: /^Roll back whitehall to .* in production$/,
  });
  await within(sheet).findByText('Includes 1 migration.');
  expect(action.getAttribute('aria-disabled')).toBe('true');
  await user.click(action);
  expect(asked.some((each) => each.name === 'operation.start')).toBe(false);
  await user.type(within(sheet).getByRole('textbox', { name: 'Reason' }), 'It breaks search');
  await user.click(action);
  await waitFor(() => expect(asked.some((each) => each.name === 'operation.start')).toBe(true));
  expect(asked.find((each) => each.name === 'operation.start')?.input).toMatchObject({
    intent: { reason: 'It breaks search', override: ['migration', 'tests-failed-before'] },
  });
  // The operation's screen opens by itself; without waiting it would open in the next test.
  await waitFor(() => expect(window.location.hash).toMatch(/operations/));
});

it('shows what could not be read, and why nothing can be done in a read-only estate', async () => {
  const { user } = renderApp({ state: 'read-only' });
  expect(await screen.findByText(/1 file in the release repo can’t be read/)).toBeTruthy();
  await user.click(await cell(/^router, staging/));
  const button = await screen.findByRole('button', { name: 'Roll back router to v1349 in staging' });
  button.focus();
  expect(document.activeElement).toBe(button);
  expect(button.getAttribute('aria-disabled')).toBe('true');
  const reason = document.getElementById(button.getAttribute('aria-describedby') ?? '');
  expect(reason?.textContent).toMatch(/opened with --ledger/);
});

it('shows the files that cannot be read where it is asked for them, whatever is selected', async () => {
  const { user } = renderApp();
  const show = await screen.findByRole('button', { name: 'Show it' });
  await user.click(show);
  const files = await screen.findByRole('region', { name: 'Unreadable files' });
  await waitFor(() => expect(document.activeElement).toBe(files));
  await user.click(await cell(/^router, staging/));
  await screen.findByRole('region', { name: 'Difference' });
  await user.click(show);
  await waitFor(() =>
    expect(document.activeElement).toBe(screen.getByRole('region', { name: 'Unreadable files' })),
  );
});

it('goes back to the overview from a cell', async () => {
  const { user } = renderApp();
  await user.click(await cell(/^router, staging/));
  await screen.findByRole('region', { name: 'Difference' });
  await user.click(screen.getByRole('button', { name: 'Close details' }));
  expect(await screen.findByRole('heading', { name: 'Overview' })).toBeTruthy();
});

it('calls the first environment neither up to date nor newest: the others are compared with it', async () => {
  const { user } = renderApp();
  await user.click(await cell(/^router, integration/));
  const difference = await screen.findByRole('region', { name: 'Difference' });
  expect(difference.textContent).toContain('The other environments are compared with this one.');
  expect(difference.textContent).not.toContain('Up to date');
});

it('names the environment of a lock', async () => {
  const board = devBoard({ apps: 3, state: 'practice', scheme: 'light' });
  const lock = {
    by: 'Kofi Osei',
    at: board.committedAt ?? '',
    reason: 'Budget day',
    operation: 'op',
    token: 3,
    kind: 'manual' as const,
    bag: null,
    until: null,
    mine: false,
  };
  const environments = board.environments.map((one) => ({ ...one, lock }));
  renderApp({ answers: { 'board.get': () => ({ ...board, environments }) } });
  const box = await screen.findByRole('region', { name: 'Lock on production' });
  expect(box.textContent).toContain('production is locked by Kofi Osei');
});

it('says of a cell why it is not as it should be, with the way to it', async () => {
  const { user } = renderApp();
  await user.click(await cell(/^publishing-api, production/));
  const why = await screen.findByRole('region', { name: 'Why in production' });
  expect(why.textContent).toContain('The new pods crash as they start (exit code 1).');
  await user.click(within(why).getByRole('link', { name: 'See why it fails' }));
  await waitFor(() =>
    expect(window.location.hash).toBe('#/apps/publishing-api?environment=production&look=rollout'),
  );
});

it('marks the cell and the row in trouble, and lists it with its cause', async () => {
  renderApp();
  expect((await cell(/^publishing-api, production/)).dataset.trouble).toBe('true');
  expect((await cell(/^publishing-api, staging/)).dataset.trouble).toBeUndefined();
  const list = screen.getByRole('region', { name: 'Needs attention' });
  expect(list.textContent).toContain('publishing-api · production');
  expect(list.textContent).toContain('The new pods crash as they start (exit code 1).');
});

it('counts nothing and offers no lock before the release repo was ever read', async () => {
  const board = devBoard({ apps: 0, state: 'empty', scheme: 'light' });
  renderApp({ answers: { 'board.get': () => board } });
  const filters = await screen.findByRole('toolbar', { name: 'Filter and order' });
  for (const chip of ['Needs attention', 'Behind', 'Held', 'Rolling out'])
    expect(within(filters).getByRole('button', { name: new RegExp(`^${chip}`) }).textContent).toBe(
      `${chip}?`,
    );
  expect(screen.queryByText('0 apps')).toBeNull();
  expect(screen.queryByText('No holds.')).toBeNull();
  expect(screen.queryByRole('region', { name: 'Locks' })).toBeNull();
});

it('counts what is no app of this board among what needs attention, and leads to it', async () => {
  const board = devBoard({ apps: 2, state: 'practice', scheme: 'light' });
  const failure = {
    code: 'unreachable' as const,
    message: 'The release repo did not answer.',
    meaning: '',
    next: [],
  };
  const ledger = { state: 'unreachable' as const, asOf: null, since: new Date().toISOString(), failure };
  const { user } = renderApp({ answers: { 'board.get': () => ({ ...board, cells: [], ledger }) } });
  const chip = await screen.findByRole('button', { name: /^Needs attention/ });
  const list = () => screen.findByRole('region', { name: 'Needs attention' });
  const all = within(await list()).getAllByRole('link').length;
  expect(all).toBeGreaterThan(0);
  expect(chip.textContent).toBe(`Needs attention${all}`);
  expect(chip.title).toContain('Release repo');
  await user.click(chip);
  expect(await screen.findByText('What else needs attention is in the overview.')).toBeTruthy();
  expect((await list()).textContent).toContain('The release repo did not answer.');
});

it('says that nothing needs attention only once everything was seen', async () => {
  const board = devBoard({ apps: 2, state: 'practice', scheme: 'light' });
  const calm = { ...board, cells: [] };
  const [first] = calm.environments;
  const connecting = {
    ...calm,
    environments: first ? [{ ...first, cluster: { state: 'connecting' as const, asOf: null } }] : [],
  };
  const allTold = () => ({ destinations: [], open: [], lately: [], lost: 0, unavailableBecause: null });
  let answer: typeof calm = { ...calm, commit: null, apps: [] };
  const { unmount } = renderApp({ answers: { 'board.get': () => answer, 'announcements.get': allTold } });
  await screen.findAllByText('Loading the release repo…');
  expect(screen.queryByText('No apps yet')).toBeNull();
  const list = () => screen.findByRole('region', { name: 'Needs attention' });
  expect((await list()).textContent).not.toContain('Nothing needs attention');
  expect(screen.getByRole('button', { name: /^Needs attention/ }).textContent).toBe('Needs attention?');
  unmount();
  answer = connecting;
  const second = renderApp({ answers: { 'board.get': () => answer, 'announcements.get': allTold } });
  await waitFor(async () => expect((await list()).textContent).toBe('Needs attentionChecking integration…'));
  second.unmount();
  answer = calm;
  renderApp({ answers: { 'board.get': () => answer, 'announcements.get': allTold } });
  await waitFor(async () =>
    expect((await list()).textContent).toBe('Needs attentionNothing needs attention.'),
  );
});
