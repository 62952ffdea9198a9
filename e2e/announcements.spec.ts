import { expect, type Page, test } from '@playwright/test';
import { Webhook } from 'standardwebhooks';
import { receiverSecrets } from '../electron/systems/practice/receivers';
import { lookAt } from './look';
import { ended, freshBoard, goTo, sheet, startDeploy } from './screen';
import { sharedApp } from './shared-app';

const app = sharedApp(50);
const page = (): Page => app().page;
const control = () => app().practice.control;

test.describe.configure({ mode: 'serial' });
test.beforeEach(() => freshBoard(page()));

const panel = () => page().getByRole('region', { name: 'Announcements' });
const first = (text: string): string => text.split('\n')[0] ?? '';

test('nobody is told anything before somebody switched it on in Settings', async () => {
  const { version } = await control().publishRelease({ app: 'frontend', deploy: false });
  await ended(page(), await startDeploy(page(), { app: 'frontend', environment: 'integration', version }));
  expect(await control().received()).toEqual({ slack: [], release: [], webhook: [] });

  await goTo(page(), '#/settings');
  for (const name of ['Slack', 'Release app', 'Webhook']) {
    const form = panel().getByRole('form', { name });
    await expect(form.getByRole('status').first()).toContainText('Off. Nothing is sent to http://127.0.0.1:');
    await form.getByRole('switch').click({ force: true });
    await expect(form.getByRole('status').first()).toContainText('On: sends to http://127.0.0.1:');
  }
  await panel().getByRole('button', { name: 'Test Slack' }).click();
  await expect(panel()).toContainText('Connected to Practice as signalbox.');
  await panel().getByRole('button', { name: 'Test Release app' }).click();
  await expect(panel()).toContainText('The Release app accepts the token.');
  await panel().scrollIntoViewIfNeeded();
  await lookAt(app(), 'settings-announcements');
  // What happened before is nobody's news, also when it is thought of again.
  expect(await control().received()).toEqual({ slack: [], release: [], webhook: [] });
});

test('a deploy is one message of Slack’s that is updated, one record in the Release app and two signed events', async () => {
  const { version } = await control().publishRelease({ app: 'static', deploy: false });
  const id = await startDeploy(page(), { app: 'static', environment: 'production', version });
  await expect
    .poll(async () => (await control().received()).slack.map(({ texts }) => first(texts[0] ?? '')))
    .toEqual([`*Deploying static ${version} to production*`, `*Deploying static ${version} to production*`]);
  await ended(page(), id);
  await expect
    .poll(async () => (await control().received()).slack.map(({ texts }) => first(texts.at(-1) ?? '')))
    .toEqual([`*Deployed static ${version} to production*`, `*Deployed static ${version} to production*`]);
  const { slack, release, webhook } = await control().received();
  expect(slack.map(({ channel, texts, via }) => [channel, texts.length, via])).toEqual([
    ['#govuk-deploy', 2, 'bot'],
    ['#govuk-2ndline', 2, 'bot'],
  ]);
  expect(release).toEqual([{ repo: 'alphagov/static', environment: 'production', version }]);
  const receiver = new Webhook(receiverSecrets.webhook);
  const events = webhook.map(({ id, timestamp, signature, body }) =>
    receiver.verify(body, {
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': signature,
    }),
  );
  expect(events).toMatchObject([
    { type: 'deploy-started', data: { apps: ['static'], version, why: 'For the test' } },
    { type: 'deploy-done', data: { environments: ['production'], thread: `operation ${id}` } },
  ]);
});

test('what the Release app notes about an app is read where one deploys it, and is text, whatever it holds', async () => {
  const notes =
    'Check [the runbook](javascript:alert(1)) <img src=x onerror=alert(1)> first. **Ask #search.**';
  await control().setReleaseApp({ app: 'smart-answers', notes, deployFreeze: true });
  await goTo(page(), '#/apps/smart-answers?environment=production&look=rollback');
  const checks = sheet(page()).getByRole('list', { name: 'Checks', exact: true });
  await expect(checks).not.toHaveAttribute('aria-busy');
  await expect(sheet(page())).toContainText(notes);
  await expect(sheet(page())).toContainText(/Release app, read .*; it doesn’t say who wrote it/);
  await expect(checks).toContainText(
    'The Release app says that automatic deploys of smart-answers are disabled.',
  );
  await expect(sheet(page()).locator('img')).toHaveCount(0);
  await expect(sheet(page()).locator('a[href^="javascript:"]')).toHaveCount(0);
  await lookAt(app(), 'release-notes-in-sheet');
});

test('what Argo Workflows deploys is recorded in the Release app by its own workflow, not again by Signalbox', async () => {
  const before = await control().received();
  const { version } = await control().publishRelease({ app: 'signon', deploy: false });
  const wanted = { app: 'signon', environment: 'integration', version };
  const id = await startDeploy(page(), wanted, 'workflow');
  await ended(page(), id);
  await expect.poll(async () => (await control().received()).webhook.length).toBe(before.webhook.length + 2);
  expect((await control().received()).release).toEqual(before.release);
});

test('while Slack is down a deploy goes on, what it could not tell needs attention, and is sent again', async () => {
  const before = (await control().received()).slack.length;
  await control().setReceivers({ slack: 'unavailable' });
  const { version } = await control().publishRelease({ app: 'router', deploy: false });
  await ended(page(), await startDeploy(page(), { app: 'router', environment: 'integration', version }));
  const attention = page().getByRole('region', { name: 'Needs attention' });
  await expect(attention).toContainText('Slack');
  await expect(attention).toContainText('1 announcement not delivered.');
  await attention.getByRole('link', { name: 'Slack' }).click();
  const undelivered = panel().getByRole('region', { name: 'Not delivered' });
  await expect(undelivered).toContainText(`Deployed router ${version} to integration`);
  await expect(undelivered).toContainText('It answered 503.');
  await expect(undelivered).toBeInViewport();
  await lookAt(app(), 'settings-undelivered');
  await control().setReceivers({ slack: 'up' });
  await undelivered.getByRole('button', { name: /^Send again: Deployed router/ }).click();
  await expect(undelivered).toHaveCount(0);
  const { slack } = await control().received();
  expect(slack.slice(before).map(({ texts }) => texts.map(first))).toEqual([
    [`*Deployed router ${version} to integration*`],
  ]);
});

test('what somebody writes is looked at, and calls nobody', async () => {
  const before = (await control().received()).slack.length;
  await page().keyboard.press('ControlOrMeta+k');
  await page().keyboard.type('announce');
  await page().keyboard.press('Enter');
  const dialog = page().getByRole('dialog', { name: 'Announce' });
  await dialog.getByLabel('What people should know').fill('Risky deploy of router <!channel> @here');
  await dialog.getByLabel('Details (optional)').fill('At 14:00. Ask before you deploy.');
  const preview = dialog.getByRole('region', { name: 'Preview' });
  await expect(preview).toContainText('Goes to #govuk-deploy, #govuk-2ndline and the webhook.');
  await expect(preview).toContainText('Risky deploy of router <!channel>');
  await lookAt(app(), 'announce-dialog');
  await dialog.getByRole('button', { name: 'Announce' }).click();
  await expect(dialog).toHaveCount(0);
  await expect.poll(async () => (await control().received()).slack.length).toBe(before + 2);
  const said = (await control().received()).slack.slice(before);
  expect(said.flatMap(({ pings }) => pings)).toEqual([]);
  expect(said[0]?.texts[0]).toContain('&lt;!channel&gt;');
});

test('a freeze calls everyone in the channel where that was ticked', async () => {
  const before = (await control().received()).slack.length;
  await page().keyboard.press('ControlOrMeta+k');
  await page().keyboard.type('freeze integration');
  await page().keyboard.press('Enter');
  const sheet = page().getByRole('dialog', { name: /^Freeze/ });
  await sheet.getByRole('textbox', { name: 'Reason' }).fill('election night');
  await sheet.getByRole('checkbox', { name: /^Call everyone/ }).check();
  await expect(sheet.getByRole('button', { name: 'Draft an email' })).toBeVisible();
  await sheet.getByRole('heading', { name: 'Announce' }).scrollIntoViewIfNeeded();
  await lookAt(app(), 'freeze-sheet-announce');
  await sheet.getByRole('button', { name: 'Freeze integration' }).click();
  await expect.poll(async () => (await control().received()).slack.length).toBe(before + 1);
  const said = (await control().received()).slack.at(-1);
  expect(said?.pings).toEqual(['channel']);
  expect(said?.texts[0]).toMatch(/^<!channel> \*Freeze: integration\*/);
});
