import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startApp } from '../electron/dev/running-app';
import { expect, test } from './fixtures';
import { lookAt } from './look';
import { boardReady } from './screen';

test('the first start asks; practising opens a board, which is open again the next time, and can be left', async ({
  userData,
}) => {
  const first = await startApp(userData);
  try {
    const { page } = first;
    await expect(page.getByRole('heading', { name: 'Welcome to Signalbox' })).toBeVisible();
    await expect(page.getByRole('grid')).toHaveCount(0);
    await lookAt(first, 'first-start');
    await page.getByRole('button', { name: /^Practise/ }).click();
    await boardReady(page);
    await expect(page).toHaveTitle(/Signalbox/);
    await expect(page.getByText('Practice estate', { exact: true })).toBeVisible();
  } finally {
    await first.close();
  }

  const again = await startApp(userData);
  try {
    const { page, electron } = again;
    await boardReady(page);
    await lookAt(again, 'practice-frame');
    // A file that is none: what is wrong with it, and the way back.
    const broken = path.join(userData, 'signalbox.yaml');
    await writeFile(
      broken,
      'name: Broken\nledger:\n  ulr: https://git.example.org/r.git\nenvironments: []\n',
    );
    await electron.evaluate(({ dialog }, file) => {
      dialog.showOpenDialog = (async () => ({
        canceled: false,
        filePaths: [file],
      })) as unknown as typeof dialog.showOpenDialog;
    }, broken);
    await page.getByRole('button', { name: /Switch estate$/ }).click();
    await page.getByRole('menuitem', { name: 'Open an estate file…' }).click();
    await expect(page.getByRole('heading', { name: 'signalbox.yaml couldn’t be opened' })).toBeVisible();
    await expect(page.getByRole('alert')).toContainText('line 3');
    await lookAt(again, 'estate-not-opened');
    await page.getByRole('button', { name: /^Practise/ }).click();
    await boardReady(page);
    await page.getByRole('button', { name: /Switch estate$/ }).click();
    await page.getByRole('menuitem', { name: 'Close this estate' }).click();
    await expect(page.getByRole('button', { name: /^Practise/ })).toBeVisible();
  } finally {
    await again.close();
  }

  // Closed by the person: the next start asks again.
  const third = await startApp(userData);
  try {
    await expect(third.page.getByRole('button', { name: /^Practise/ })).toBeVisible();
  } finally {
    await third.close();
  }
});
