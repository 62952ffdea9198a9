import { expect, type Page } from '@playwright/test';
import { ask, goTo } from './screen';

/** A screen of the window that needs nothing but its address. */
interface Screen {
  name: string;
  /** After the hash. */
  address: string;
  /** Its first heading. */
  heading: string | RegExp;
}

/** Every screen that can be gone to, in the order of the navigation. */
export async function everyScreen(page: Page): Promise<Screen[]> {
  const [pipeline = ''] = await ask(page, 'bags.pipelines', {});
  const { cells } = await ask(page, 'board.get', {});
  const version = cells.find(({ app }) => app === 'whitehall')?.ledger?.version ?? '';
  return [
    { name: 'app', address: '#/apps/search-api?environment=production', heading: 'search-api' },
    { name: 'version', address: `#/apps/whitehall/versions/${version}`, heading: /whitehall/ },
    { name: 'batch', address: '#/batch/production', heading: 'Ready for production' },
    { name: 'history', address: '#/history', heading: 'History' },
    { name: 'figures', address: '#/history/figures', heading: 'Delivery figures' },
    { name: 'compare', address: '#/history/compare', heading: 'Compare' },
    { name: 'operations', address: '#/operations', heading: 'Operations' },
    { name: 'workflows', address: '#/workflows', heading: 'Workflows' },
    { name: 'logs', address: '#/logs/production/search-api', heading: /Logs of search-api/ },
    { name: 'clusters', address: '#/clusters', heading: 'Clusters' },
    { name: 'freezes', address: '#/freezes', heading: 'Freezes' },
    { name: 'bags', address: `#/pipelines/${pipeline}`, heading: pipeline },
    { name: 'bags-timeline', address: `#/pipelines/${pipeline}?view=timeline`, heading: pipeline },
    { name: 'bags-periodic', address: `#/pipelines/${pipeline}?view=periodic`, heading: pipeline },
    { name: 'practice', address: '#/practice', heading: 'Practice' },
    { name: 'settings', address: '#/settings', heading: 'Settings' },
    { name: 'diagnostics', address: '#/diagnostics', heading: 'Diagnostics' },
    { name: 'licences', address: '#/licences', heading: 'Licences' },
  ];
}

/** Goes to a screen and waits until it shows what it has. */
export async function openScreen(page: Page, { address, heading }: Screen): Promise<void> {
  await goTo(page, address);
  await expect(page.getByRole('heading', { name: heading, level: 1, exact: true })).toBeVisible();
  await expect(page.getByText(/^Loading.*…$/)).toHaveCount(0);
}
