import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Operation } from '../../../shared/domain/operation/operation';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { until } from '../../testing/until';
import { accessTo, ended, openRig, operationWhen, type Rig, unwrap } from '../testing/rig';

/** A console that was just started: its person is signed in at Argo's own servers only some moments later. */
let folder: string;
let practice: PracticeProcess;
let rig: Rig;
let signIn: (value?: unknown) => void;
let consoles = 0;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-late-door-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
});
afterAll(async () => {
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  const signedIn = new Promise((resolve) => {
    signIn = resolve;
  });
  consoles += 1;
  rig = await openRig(
    { ...accessTo(practice), serversAlone: true, signedIn },
    path.join(folder, `console-${consoles}`),
    { limits: { settle: 200, look: 200 }, watch: ['staging', 'production'] },
  );
  await rig.engine.recover();
  await until(() =>
    expect(
      rig.clusters
        .get('staging')
        ?.view.gaps()
        .map(({ kind }) => kind),
    ).toContain('workflows'),
  );
});
afterEach(() => rig.close());

const step = (operation: Operation, name: string) => operation.steps.find((one) => one.name === name);
/** Signs in once an operation waits for that, or has ended without. */
async function overTheSignIn(id: string): Promise<Operation> {
  await operationWhen(
    rig.engine,
    id,
    ({ state, steps }) =>
      state !== 'running' || steps.some((one) => one.waitingFor?.includes('you may have to sign in there')),
  );
  signIn();
  return ended(rig.engine, id);
}

it('a hold waits for the door that nobody is signed in to yet, and ends as effective', async () => {
  const intent = {
    kind: 'hold',
    app: 'collections',
    environment: 'production',
    reason: 'rehearsal',
  } as const;
  const preview = unwrap(await rig.engine.preview(intent));
  const operation = await overTheSignIn(unwrap(rig.engine.start(intent, preview.findings)).operationId);
  expect(step(operation, 'hold-effective')).toMatchObject({ state: 'succeeded' });
  expect(step(operation, 'stop-promotions')).toMatchObject({ state: 'succeeded' });
});

it('a freeze does as well', async () => {
  const intent = {
    kind: 'freeze',
    scope: { app: 'frontend', environment: 'production', pipeline: null },
    from: null,
    until: null,
    automatic: true,
    manual: 'warn',
    reason: 'Budget day',
  } as const;
  const operation = await overTheSignIn(unwrap(rig.engine.start(intent, [])).operationId);
  expect(step(operation, 'freeze-effective')).toMatchObject({ state: 'succeeded' });
  expect(step(operation, 'stop-promotions')).toMatchObject({ state: 'succeeded' });
});
