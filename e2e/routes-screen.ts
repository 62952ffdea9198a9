import { randomUUID } from 'node:crypto';
import { expect, type Page } from '@playwright/test';
import { z } from 'zod';
import { owner, releaseRepoName } from '../electron/practice/estate/apps';
import type { AppIntent } from '../shared/domain/operation/intent';
import type { Operation } from '../shared/domain/operation/operation';
import type { Practice } from './practice';
import { ask, goTo, openOperation, sheet } from './screen';
import { newUserData, type Running, startOnPractice } from './shared-app';

/** Starts the app with rights under which Applications are not seen, and waits until the pods say what runs. */
export async function startWithRights(
  userData: string,
  rights: string,
  speed = 30,
  args: string[] = [],
): Promise<Running> {
  const started = await startOnPractice(userData, {
    speed,
    ready: false,
    args: ['--practice-rights', rights, ...args],
  });
  await expect
    .poll(
      async () => {
        const { cells, history } = await ask(started.page, 'board.get', {});
        return history.ready && cells.length > 0 && cells.every((one) => one.running !== null);
      },
      { message: 'what runs is seen by its pods' },
    )
    .toBe(true);
  return started;
}

export const startAnew = async (rights: string, speed?: number): Promise<Running> =>
  startWithRights(await newUserData(), rights, speed);

export const operationOf = (page: Page, operationId: string): Promise<Operation> =>
  ask(page, 'operation.get', { operationId });

/** Starts what the sheet would start, in spite of whatever the checks find. @returns the operation's id. */
export async function startIntent(page: Page, intent: AppIntent): Promise<string> {
  const { findings } = await ask(page, 'preview.get', intent);
  const override = [...new Set(findings.map(({ code }) => code))];
  const wanted = { ...intent, ...('version' in intent ? { override } : {}) } as AppIntent;
  const { operationId } = await ask(page, 'operation.start', {
    intent: wanted,
    seen: findings,
    requestId: randomUUID(),
  });
  return operationId;
}

/**
 * Deploys by the window: a version is found in the sheet, the way chosen, a reason typed.
 * @param wanted what is typed; the first option that is offered is taken.
 * @returns the operation's id
 */
export async function deployInSheet(
  page: Page,
  { app, environment, wanted, by }: { app: string; environment: string; wanted: string; by: RegExp },
): Promise<string> {
  await goTo(page, `#/apps/${app}?environment=${environment}`);
  await page.getByRole('button', { name: `Deploy ${app} to ${environment}`, exact: true }).click();
  await sheet(page).getByRole('combobox').first().fill(wanted);
  await expect(sheet(page).getByRole('option').first()).toContainText(wanted);
  await expect(sheet(page).getByRole('option').first()).not.toContainText('as it is');
  await page.keyboard.press('Enter');
  await sheet(page).getByRole('radio', { name: by }).check();
  const send = sheet(page).getByRole('button', { name: new RegExp(`^Deploy ${app} .* to ${environment}$`) });
  await sheet(page)
    .getByRole('textbox', { name: /^Reason/ })
    .fill('rehearsal');
  await expect(send).not.toHaveAttribute('aria-disabled');
  await send.click();
  return openOperation(page);
}

const runsSchema = z.object({
  workflow_runs: z.array(z.object({ id: z.number(), display_title: z.string(), created_at: z.string() })),
});
const pullsSchema = z.array(
  z.object({ number: z.number(), state: z.string(), head: z.object({ ref: z.string() }) }),
);

/** Runs of an app's *Deploy* of a ref to an environment. */
export async function runsOf(practice: Practice, app: string, title: string): Promise<number[]> {
  const answer = await practice.github(`repos/${owner}/${app}/actions/runs?per_page=100`);
  return runsSchema
    .parse(answer)
    .workflow_runs.filter(({ display_title }) => display_title === title)
    .map(({ id }) => id);
}

/** Pull requests of an operation, open or not. */
export async function pullsOf(practice: Practice, operationId: string): Promise<number[]> {
  const answer = await practice.github(`repos/${owner}/${releaseRepoName}/pulls?state=all&per_page=100`);
  return pullsSchema
    .parse(answer)
    .filter(({ head }) => head.ref.includes(operationId.replaceAll('-', '').slice(-12)))
    .map(({ number }) => number);
}

/** Somebody of the team approves what a run waits for. */
export async function approveRun(practice: Practice, app: string, run: number): Promise<void> {
  const address = `repos/${owner}/${app}/actions/runs/${run}/pending_deployments`;
  const pending = z
    .array(z.object({ environment: z.object({ id: z.number() }) }))
    .parse(await practice.github(address));
  await practice.github(address, {
    method: 'POST',
    body: {
      environment_ids: pending.map(({ environment }) => environment.id),
      state: 'approved',
      comment: 'looks good',
    },
  });
}

/** Commits of main since a commit whose subject or merge names an app's image tag file there, oldest first. */
export async function commitsSince(
  practice: Practice,
  since: string,
  { app, environment }: { app: string; environment: string },
): Promise<string[]> {
  const said = await practice.git(
    'log',
    '--first-parent',
    '--reverse',
    '--format=%H',
    `${since}..main`,
    '--',
    `charts/app-config/image-tags/${environment}/${app}`,
  );
  return said.split('\n').filter(Boolean);
}
