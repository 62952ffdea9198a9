import { expect, type Page, test } from '@playwright/test';
import { consoleUser } from '../electron/practice/estate/people';
import { ask, cellOf, ended, freshBoard, goTo, openOperation, sheet } from './screen';
import { sharedApp } from './shared-app';

const app = sharedApp(40);
const page = (): Page => app().page;
const name = 'government-frontend';
const place = 'production';

test.beforeEach(() => freshBoard(page()));

const openRollback = async (): Promise<void> => {
  await goTo(page(), `#/apps/${name}?environment=${place}&look=rollback`);
  await expect(sheet(page()).getByRole('list', { name: 'Checks', exact: true })).not.toHaveAttribute(
    'aria-busy',
  );
};

test('a note is written on the app’s page, and shown as text where one rolls back', async () => {
  await goTo(page(), `#/apps/${name}`);
  await page()
    .getByRole('button', { name: `Add note on ${name}` })
    .click();
  const text = 'Warm the cache first <img src=x onerror=alert(1)>';
  await page()
    .getByRole('textbox', { name: `What to know when deploying ${name}` })
    .fill(text);
  await page().getByRole('button', { name: 'Save note' }).click();
  const notes = page().getByRole('region', { name: 'Notes for deploying' });
  await expect(notes).toContainText(text);
  await expect(notes).toContainText(consoleUser.name);
  await openRollback();
  await expect(sheet(page())).toContainText(text);
  await page().screenshot({ path: test.info().outputPath('note-in-sheet.png') });
});

test('a version that is marked bad is refused, and goes out with a reason that the history finds', async () => {
  const { rollbackTarget, ledger } = await cellOf(page(), name, place);
  const target = rollbackTarget?.version ?? '';
  await goTo(page(), `#/apps/${name}/versions/${target}`);
  await page()
    .getByRole('button', { name: `Mark bad: ${name} ${target}` })
    .click();
  await page()
    .getByRole('textbox', { name: `Why is ${target} bad?` })
    .fill('500s on search');
  await page().getByRole('button', { name: 'Mark bad', exact: true }).click();
  await expect(page().getByRole('note')).toContainText(`${consoleUser.name}, just now: 500s on search`);
  await page().screenshot({ path: test.info().outputPath('marked-version.png') });
  // No click goes back to it any more.
  await expect.poll(async () => (await cellOf(page(), name, place)).rollbackTarget?.version).not.toBe(target);

  const intent = {
    kind: 'deploy',
    app: name,
    environment: place,
    version: target,
    expected: ledger?.version ?? null,
  };
  const { findings } = await ask(page(), 'preview.get', intent as never);
  expect(findings.find(({ code }) => code === 'bad')).toMatchObject({ level: 'block', overridable: true });
  const others = findings.find(({ code }) => code === 'others-changes');
  expect(others?.message).toMatch(/other people’s changes: .*\d+ commits? by /i);

  // In the sheet, too: how many, whose, and what each did.
  await openRollback();
  await expect(sheet(page()).getByRole('list', { name: 'Checks', exact: true })).toContainText(
    /(?:Includes|Removes) (?:other people’s changes|changes by bots): .*\d+ commits? by [^.]+\(\d+\)/i,
  );

  await goTo(page(), '#/');
  const { operationId: refused } = await ask(page(), 'operation.start', {
    intent: intent as never,
    seen: findings,
    requestId: crypto.randomUUID(),
  });
  expect((await ended(page(), refused, 'failed')).failure?.message).toContain('is marked bad');
  const reason = 'Agreed with the search team, zebra';
  const { operationId } = await ask(page(), 'operation.start', {
    intent: { ...intent, reason, override: findings.map(({ code }) => code) } as never,
    seen: findings,
    requestId: crypto.randomUUID(),
  });
  await goTo(page(), `#/operations/${operationId}`);
  expect(await openOperation(page())).toBe(operationId);
  await ended(page(), operationId);
  await goTo(page(), '#/history');
  await page().getByRole('textbox', { name: 'Search the history' }).fill('zebra');
  await expect(page().getByRole('main')).toContainText(target);
  await expect(page().getByRole('main')).toContainText(name);
});
