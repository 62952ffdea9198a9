import type { Page } from 'playwright';
import type { InputOf, OutputOf, ProcedureName } from '../../../shared/contract/contract';
import type { Cell } from '../../../shared/domain/board';

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
export async function choose(page: Page, label: string, option: string): Promise<void> {
  const region = page.getByRole('region', { name: 'Release a version' });
  await region
    .getByRole('combobox', { name: label })
    .or(region.getByRole('textbox', { name: label }))
    .first()
    .click();
  await page.getByRole('option', { name: option, exact: true }).click();
}
