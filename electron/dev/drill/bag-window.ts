import { randomUUID } from 'node:crypto';
import type { Locator, Page } from 'playwright';
import type { BagPipelineView, StageView } from '../../../shared/domain/bags/view';
import type { BagIntent } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import { ask, until, watchClick } from './drive-window';

/** The practice estate's pipeline of bags. */
export const bagPipeline = 'notify';

/** The pipeline as the main process has it now. */
export const pipelineView = (page: Page): Promise<BagPipelineView> =>
  ask(page, 'bags.pipeline', { pipeline: bagPipeline });

/** One environment of the pipeline. */
export async function stageOf(page: Page, environment: string): Promise<StageView> {
  const stage = (await pipelineView(page)).stages.find((one) => one.environment === environment);
  if (!stage) throw new Error(`there is no environment ${environment}`);
  return stage;
}

/** Waits until an environment is as wanted; says how it was last when it does not come to that. */
export async function untilStage(
  page: Page,
  environment: string,
  what: string,
  wanted: (stage: StageView) => boolean,
  seconds = 120,
): Promise<StageView> {
  let last: StageView | undefined;
  try {
    return await until(
      `${environment}: ${what}`,
      async () => {
        last = await stageOf(page, environment);
        return wanted(last) && last;
      },
      seconds,
    );
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    const { running, next, lock, jobs } = last ?? {};
    throw new Error(`${text} ${JSON.stringify({ running, next: next?.automatic, lock, jobs })}`, {
      cause: error,
    });
  }
}

/** Whether a bag has gone through an environment to its end there, with its pass, and the lock is free. */
export const hasPassed =
  (bag: number) =>
  ({ running, lock }: StageView): boolean =>
    running?.bag === bag && running.state === 'done' && lock === null;

/** Starts an operation as its screen would, in spite of whatever the checks find. @returns its id. */
export async function startBag(page: Page, intent: BagIntent): Promise<string> {
  const { findings } = await ask(page, 'bags.preview', intent);
  const override = [...new Set(findings.map(({ code }) => code))];
  const { operationId } = await ask(page, 'operation.start', {
    intent: 'override' in intent ? { ...intent, override } : intent,
    seen: findings,
    requestId: randomUUID(),
  });
  return operationId;
}

/** Waits for an operation to end. */
export const operationEnds = (page: Page, operationId: string, seconds = 120): Promise<Operation> =>
  until(
    `the end of operation ${operationId}`,
    async () => {
      const operation = await ask(page, 'operation.get', { operationId });
      return operation.state !== 'running' && operation;
    },
    seconds,
  );

/** Starts an operation and waits until it has succeeded. */
export async function action(page: Page, intent: BagIntent): Promise<Operation> {
  const operation = await operationEnds(page, await startBag(page, intent));
  if (operation.state !== 'succeeded')
    throw new Error(`${intent.kind} ended as ${operation.state}: ${JSON.stringify(operation.failure)}`);
  return operation;
}

/**
 * Packs the newest published versions, once those of a service that was just published are known.
 * @returns the bag's number.
 */
export async function packNewest(page: Page, service: string, version: string): Promise<number> {
  const { bag, contents, last } = await until(`${service} ${version} is the newest published`, async () => {
    const packed = await ask(page, 'bags.pack-preview', { pipeline: bagPipeline, source: 'published' });
    return packed.contents[service]?.version === version && packed;
  });
  const environment = (await pipelineView(page)).stages[0]?.environment ?? '';
  await action(page, {
    kind: 'pack-bag',
    pipeline: bagPipeline,
    environment,
    source: 'published',
    contents,
    last,
    force: false,
  });
  return bag;
}

/** The card of an environment on the pipeline's screen. */
export const card = (page: Page, environment: string): Locator =>
  page.getByRole('list', { name: 'Environments' }).getByRole('listitem', { name: environment, exact: true });

/** Opens the pipeline's screen. */
export const toPipeline = (page: Page): Promise<void> =>
  page.getByRole('navigation', { name: 'Screens' }).getByRole('link', { name: 'notify' }).click();

/** Sends what the open sheet asks for, once its checks let it. @returns when the button was clicked, by the window's clock. */
export async function send(page: Page, action: string, reason?: string): Promise<number> {
  const sheet = page.getByRole('dialog', { name: action });
  if (reason) await sheet.getByRole('textbox', { name: 'Reason' }).fill(reason);
  const button = sheet.getByRole('button', { name: action });
  await until(
    `"${action}" may be sent`,
    async () => (await button.getAttribute('aria-disabled')) !== 'true',
    60,
  );
  const clickedAt = await watchClick(page);
  await button.click();
  await sheet.waitFor({ state: 'hidden' });
  return clickedAt();
}
