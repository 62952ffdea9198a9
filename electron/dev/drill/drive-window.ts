import path from 'node:path';
import type { Page } from 'playwright';
import type { InputOf, OutputOf, ProcedureName } from '../../../shared/contract/contract';
import type { Cell } from '../../../shared/domain/board/board';

/** Asks the main process through the window's own bridge, as the screens do. */
export async function ask<N extends ProcedureName>(
  page: Page,
  name: N,
  input: InputOf<N>,
): Promise<OutputOf<N>> {
  const answer = await page.evaluate(
    ([procedure, data]) => window.signalbox?.call[procedure](data as never),
    [name, input] as const,
  );
  if (!answer?.ok) throw new Error(`${name}: ${answer ? JSON.stringify(answer.failure) : 'no bridge'}`);
  return answer.value as OutputOf<N>;
}

/** Waits until something holds; says what it waited for when it did not come. */
export async function until<T>(
  what: string,
  look: () => Promise<T | false | null | undefined>,
  seconds = 120,
): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (performance.now() > end) throw new Error(`${what}: not within ${seconds} s`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A cell of the board as the main process has it now. */
export async function cellOf(page: Page, app: string, environment: string): Promise<Cell> {
  const board = await ask(page, 'board.get', {});
  const cell = board.cells.find((one) => one.app === app && one.environment === environment);
  if (!cell) throw new Error(`there is no cell of ${app} in ${environment}`);
  return cell;
}

/** Waits until the board's window says something of a cell: its accessible name holds every part. */
export async function untilShown(
  page: Page,
  app: string,
  environment: string,
  parts: readonly RegExp[],
): Promise<void> {
  const cell = page.getByRole('gridcell', { name: new RegExp(`^${app}, ${environment}: `) });
  await until(`${app} in ${environment} shows ${parts.map(String).join(' and ')}`, async () => {
    const label = (await cell.getAttribute('aria-label')) ?? '';
    return parts.every((part) => part.test(label));
  });
}

/** Chooses an option of a labelled select, as a person does. */
async function choose(page: Page, label: string, option: string): Promise<void> {
  const region = page.getByRole('region', { name: 'Release a version' });
  await region
    .getByRole('combobox', { name: label })
    .or(region.getByRole('textbox', { name: label }))
    .first()
    .click();
  await page.getByRole('option', { name: option, exact: true }).click();
}

/** Publishes a version on the practice screen. @returns its name. */
export async function release(page: Page, app: string, how: string, where?: string): Promise<string> {
  await page.getByRole('link', { name: 'Practice' }).click();
  await choose(page, 'App', app);
  await choose(page, 'Behaviour', how);
  if (where) await choose(page, 'Where', where);
  await page.getByRole('button', { name: `Release ${app}` }).click();
  const said = page.getByRole('list', { name: 'What happened' }).getByRole('listitem').first();
  return until('the release is told', async () => {
    const text = await said.innerText();
    return new RegExp(`^${app} (\\S+) is released`).exec(text)?.[1];
  });
}

/** Remembers when the next click happens, by the window's clock. */
export async function watchClick(page: Page): Promise<() => Promise<number>> {
  await page.evaluate(() => {
    addEventListener(
      'click',
      (event) => sessionStorage.setItem('drill-click', String(performance.timeOrigin + event.timeStamp)),
      {
        capture: true,
        once: true,
      },
    );
  });
  return async () => Number(await page.evaluate(() => sessionStorage.getItem('drill-click')));
}

/** Numbered screenshots in a folder. */
export function takeShots(page: Page, folder: string): (name: string) => Promise<void> {
  let count = 0;
  return async (name) => {
    count += 1;
    await page.screenshot({ path: path.join(folder, `${String(count).padStart(2, '0')}-${name}.png`) });
  };
}
