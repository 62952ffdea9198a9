import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { uuidv7 } from 'uuidv7';
import { afterEach, expect, it } from 'vitest';
import { initBare } from '../systems/git/init';
import { runGit } from '../systems/git/run-git';
import { until } from '../testing/until';
import type { Ledger } from './ledger';
import { openLedger } from './open-ledger';
import { deploy } from './testing/commit-deploy';
import { holdPath, takeHold } from './testing/hold';
import { lock } from './testing/lock';
import {
  commitFiles,
  commitsOf,
  fileAt,
  makeEstate,
  type TestEstate,
  tagFile,
  tagPath,
  unwrap,
} from './testing/release-repo';

const branch = 'signalbox';
const lockFile = '.signalbox/locks/race/production.yaml';
let estate: TestEstate;

afterEach(() => estate.close());

async function open(name: string, change = {}): Promise<Ledger> {
  const ledger = await estate.open(name, { records: { branch }, ...change });
  await ledger.refresh();
  return ledger;
}
/** A console whose process will be gone: it is closed by the test. */
async function openGone(name: string): Promise<Ledger> {
  const ledger = unwrap(await openLedger(estate.config(name, { records: { branch }, settleAfterMs: 4_000 })));
  unwrap(await ledger.refresh());
  return ledger;
}
const intent = (what = 'test') => ({ operationId: uuidv7(), what });

/** A release repo whose records lie apart. */
async function ready(files: Record<string, string> = {}): Promise<Ledger> {
  estate = await makeEstate({ [tagPath('production', 'app')]: tagFile('v1'), ...files });
  const ledger = await open('first');
  unwrap((await ledger.recordsApart?.setUp(intent())) ?? failed());
  return ledger;
}
const failed = (): never => {
  throw new Error('records do not lie apart');
};
const apart = (ledger: Ledger) => ledger.recordsApart ?? failed();
const subjects = async (of: string): Promise<string[]> =>
  (await runGit(['log', '--format=%s', `refs/heads/${of}`], { gitDir: estate.gitDir })).stdout
    .toString()
    .trim()
    .split('\n');
const isThere = async (path: string, of: string): Promise<boolean> =>
  (await runGit(['cat-file', '-e', `${of}:${path}`], { gitDir: estate.gitDir, expectedCodes: [1, 128] }))
    .code === 0;

const filesIn = async (folder: string, of: string): Promise<string[]> =>
  (await runGit(['ls-tree', '-r', '--name-only', of, '--', `${folder}/`], { gitDir: estate.gitDir })).stdout
    .toString()
    .trim()
    .split('\n');
/** Long over: no snapshot reads it. */
const oldOperation = '.signalbox/operations/2019-01/0192f0c1-0000-7000-8000-000000000000.yaml';

it('reads records beside the image tags, and writes none, until the branch is set up', async () => {
  const held = { [holdPath('app')]: 'version: 1\napp: app\n' };
  estate = await makeEstate({ [tagPath('production', 'app')]: tagFile('v1'), ...held });
  const ledger = await open('a');
  expect(apart(ledger).state()).toBe('absent');
  expect(ledger.freshness().state).toBe('live');
  expect(ledger.notices().join()).toContain('does not exist yet');
  expect(ledger.snapshot().file(holdPath('app'))).toBeDefined();
  const wish = { environment: 'production', operationId: uuidv7() };
  expect(await lock(ledger, wish)).toMatchObject({ ok: false, code: 'refused' });
  const { operationId } = intent();
  const wanted = deploy({ operationId, app: 'app', version: 'v2', expectedFrom: 'v1' });
  unwrap(await ledger.transact({ operationId, what: 'deploy' }, wanted));
  expect(await commitsOf(estate.gitDir)).toHaveLength(2);
});

it('makes an orphan branch with what there was, once, for two who ask at the same time', async () => {
  estate = await makeEstate({
    [tagPath('production', 'app')]: tagFile('v1'),
    [lockFile]: 'version: 1\npipeline: race\nenvironment: production\ntoken: 7\nheld: null\n',
  });
  const [a, b] = [await open('a'), await open('b')];
  const made = await Promise.all([apart(a).setUp(intent()), apart(b).setUp(intent())]);
  expect(made.map((one) => unwrap(one).made).sort()).toEqual([false, true]);
  expect(await commitsOf(estate.gitDir, branch)).toHaveLength(1);
  expect(await isThere(tagPath('production', 'app'), branch)).toBe(false);
  unwrap(await b.refresh());
  for (const one of [a, b]) expect(apart(one).state()).toBe('ready');
  // The token goes on from where it stood.
  const taken = await lock(b, { environment: 'production', operationId: uuidv7() });
  expect(taken).toMatchObject({ ok: true, token: 8 });
});

it('locks on a main that nobody may push to, and says why the image tags cannot change', async () => {
  const ledger = await ready();
  estate.server.setFaults({ protectedMain: true });
  const before = await commitsOf(estate.gitDir);
  const operationId = uuidv7();
  expect(await lock(ledger, { environment: 'production', operationId })).toMatchObject({
    ok: true,
    token: 1,
  });
  expect(await lock(await open('other'), { environment: 'production', operationId: uuidv7() })).toMatchObject(
    {
      ok: false,
      code: 'busy',
    },
  );
  const held = await ledger.transact({ operationId, what: 'hold' }, takeHold('app', operationId));
  expect(held).toMatchObject({ ok: false, failure: { code: 'forbidden' } });
  // What was begun is taken back: it is as if it had not been.
  expect(apart(ledger).pending()).toEqual([]);
  expect(ledger.snapshot().file(holdPath('app'))).toBeUndefined();
  expect(await commitsOf(estate.gitDir)).toEqual(before);
});

it('changes both as a pair, and leaves no intent behind', async () => {
  const ledger = await ready();
  const operationId = uuidv7();
  const told: (string | undefined)[] = [];
  const landed = unwrap(
    await ledger.transact({ operationId, what: 'hold' }, takeHold('app', operationId), {
      onPrepared: ({ recordsBase }) => void told.push(recordsBase),
    }),
  );
  expect(await fileAt(estate.gitDir, tagPath('production', 'app'))).toContain(
    'automatic_deploys_enabled: false',
  );
  expect(await fileAt(estate.gitDir, holdPath('app'), branch)).toContain('automatic_deploys_enabled: true');
  expect(await isThere(holdPath('app'), 'main')).toBe(false);
  expect(landed).toMatchObject({ changed: true, commit: (await commitsOf(estate.gitDir))[0] });
  expect(landed.unfinished).toBeUndefined();
  expect((await subjects(branch)).slice(0, 2)).toEqual([
    'Hold app in production',
    'Begin: Hold app in production',
  ]);
  expect(apart(ledger).pending()).toEqual([]);
  expect(told.every((one) => one !== undefined)).toBe(true);
  const found = unwrap(await ledger.findOperation(operationId, { kind: 'hold' }));
  expect(found?.commit).toBe(landed.commit);
});

it.each([
  { cut: 1, what: 'its intent', ended: 'taken back' },
  { cut: 2, what: 'the image tags', ended: 'written' },
])('is seen and ended by another console when one is gone after $what', async ({ cut, ended }) => {
  await ready();
  const a = await openGone('a');
  const other = { name: 'Kim', email: 'kim@example.invalid' };
  const b = await open('b', { settleAfterMs: 600, identity: other });
  const operationId = uuidv7();
  let pushes = 0;
  estate.onPush = () => {
    pushes++;
    // From now on this console hears and reaches nothing: as if it had been killed.
    if (pushes === cut) estate.server.setFaults({ down: true });
  };
  const gone = a.transact({ operationId, what: 'hold' }, takeHold('app', operationId));
  await gone;
  expect(pushes).toBe(cut);
  estate.onPush = () => {};
  // Its process is gone.
  await a.close();
  estate.server.setFaults({ down: false });
  await b.refresh();
  expect(apart(b).pending()).toMatchObject([{ operation: operationId, kind: 'hold', by: 'Robin' }]);
  b.start();
  await until(() => expect(apart(b).pending()).toEqual([]));
  const held = b.snapshot().file(holdPath('app'));
  const isOff = (await fileAt(estate.gitDir, tagPath('production', 'app'))).includes('enabled: false');
  expect([held !== undefined, isOff]).toEqual(ended === 'written' ? [true, true] : [false, false]);
  if (!held) return;
  expect(held.text).toContain('automatic_deploys_enabled: true');
  // Whoever ends it: it is the doing, and the reason, of the person who began.
  const { stdout } = await runGit(['log', '-1', '--format=%an <%ae>%n%B', branch], { gitDir: estate.gitDir });
  expect(stdout.toString()).toContain('Robin <robin@example.invalid>\nHold app in production');
  expect(stdout.toString()).toContain('Signalbox-Reason: why');
});

it('ends what another began on the same record before it decides, so that nothing is taken for what was before', async () => {
  await ready();
  const a = await openGone('a');
  const b = await open('b');
  const operationId = uuidv7();
  let pushes = 0;
  estate.onPush = () => {
    pushes++;
    if (pushes === 2) estate.server.setFaults({ down: true });
  };
  await a.transact({ operationId, what: 'hold' }, takeHold('app', operationId));
  await a.close();
  estate.onPush = () => {};
  estate.server.setFaults({ down: false });
  const other = uuidv7();
  // The flag is off by now, and the hold that says what it was is not written: it must not be taken for off before.
  const late = await b.transact({ operationId: other, what: 'hold' }, takeHold('app', other));
  expect(late).toMatchObject({ ok: false, failure: { message: 'app is held.' } });
  expect(await fileAt(estate.gitDir, holdPath('app'), branch)).toContain(operationId);
  expect(await fileAt(estate.gitDir, holdPath('app'), branch)).toContain('automatic_deploys_enabled: true');
});

it('finishes its own pair when it looks for it after a restart', async () => {
  await ready();
  const a = await openGone('a');
  const operationId = uuidv7();
  let pushes = 0;
  estate.onPush = () => {
    pushes++;
    if (pushes === 2) estate.server.setFaults({ down: true });
  };
  await a.transact({ operationId, what: 'hold' }, takeHold('app', operationId));
  await a.close();
  estate.onPush = () => {};
  estate.server.setFaults({ down: false });
  const again = await open('a2');
  const found = unwrap(await again.findOperation(operationId, { kind: 'hold' }));
  expect(found?.commit).toBe((await commitsOf(estate.gitDir))[0]);
  expect(apart(again).pending()).toEqual([]);
  expect(again.snapshot().file(holdPath('app'))?.text).toContain(operationId);
});

it('moves records over once, brings none back that ended since, and says what it could not delete', async () => {
  const ledger = await ready({
    [holdPath('app')]: 'version: 1\napp: app\n',
    [holdPath('web')]: 'version: 1\napp: web\n',
    [oldOperation]: 'version: 1\n',
  });
  expect(await isThere(oldOperation, branch)).toBe(true);
  estate.server.setFaults({ protectedMain: true });
  // The branch holds them already; main may not be written.
  expect(unwrap(await apart(ledger).move(intent()))).toMatchObject({
    copied: 0,
    deleted: 0,
    notDeleted: { code: 'forbidden' },
  });
  estate.server.setFaults({ protectedMain: false });
  // One ends at the branch of records, another one is written by a console that does not know of it.
  await commitFiles(estate.gitDir, { [holdPath('web')]: null }, { branch });
  await commitFiles(estate.gitDir, { [holdPath('api')]: 'version: 1\napp: api\n' });
  await ledger.refresh();
  await until(() => expect(apart(ledger).left()).toEqual([holdPath('api')]));
  expect(ledger.notices().join()).toContain('1 record on the branch main');
  expect(unwrap(await apart(ledger).move(intent()))).toEqual({
    copied: 1,
    differing: [],
    deleted: 3,
    notDeleted: null,
  });
  expect((await filesIn('.signalbox', 'main')).join()).toBe(oldOperation);
  expect(await isThere(holdPath('web'), branch)).toBe(false);
  expect(await isThere(holdPath('api'), branch)).toBe(true);
  const [main, records] = [await commitsOf(estate.gitDir), await commitsOf(estate.gitDir, branch)];
  expect(unwrap(await apart(ledger).move(intent()))).toMatchObject({ copied: 0, deleted: 0 });
  expect(await commitsOf(estate.gitDir)).toEqual(main);
  expect(await commitsOf(estate.gitDir, branch)).toEqual(records);
});

it('leaves alone what both places changed', async () => {
  const ledger = await ready({ [holdPath('app')]: 'version: 1\napp: app\n' });
  await commitFiles(estate.gitDir, { [holdPath('app')]: 'version: 1\napp: app\nreason: main\n' });
  await commitFiles(
    estate.gitDir,
    { [holdPath('app')]: 'version: 1\napp: app\nreason: apart\n' },
    { branch },
  );
  for (let time = 1; time <= 2; time++)
    expect(unwrap(await apart(ledger).move(intent()))).toMatchObject({
      copied: 0,
      differing: [holdPath('app')],
      deleted: 0,
    });
  expect(await fileAt(estate.gitDir, holdPath('app'))).toContain('main');
  expect(await fileAt(estate.gitDir, holdPath('app'), branch)).toContain('apart');
});

it('keeps records in a repo of their own, which may be empty', async () => {
  estate = await makeEstate({ [tagPath('production', 'app')]: tagFile('v1') });
  const own = join(estate.folder, 'repos', 'demo', 'records.git');
  await mkdir(own, { recursive: true });
  await initBare(own, 'main');
  const records = { url: estate.url.replace('release.git', 'records.git'), branch: 'main' };
  const ledger = await estate.open('a', { records });
  await ledger.refresh();
  expect(apart(ledger).state()).toBe('absent');
  expect(unwrap(await apart(ledger).setUp(intent()))).toEqual({ made: true, copied: 0 });
  const operationId = uuidv7();
  expect(await lock(ledger, { environment: 'production', operationId })).toMatchObject({
    ok: true,
    token: 1,
  });
  unwrap(await ledger.transact({ operationId, what: 'hold' }, takeHold('app', operationId)));
  expect(await commitsOf(own)).toHaveLength(4);
  expect(await fileAt(own, holdPath('app'))).toContain(operationId);
  expect(await isThere('.signalbox', 'main')).toBe(false);
});

it.each([
  ['a file that is no record', '.github/workflows/deploy.yml'],
  ['a change that is on its way itself', '.signalbox/pending/x.y.yaml'],
])('carries out nothing of an intent that names %s', async (_, path) => {
  const ledger = await ready();
  const b = await open('b', { settleAfterMs: 200 });
  const operation = uuidv7();
  const deployed = unwrap(
    await ledger.transact(
      { operationId: operation, what: 'deploy' },
      deploy({ operationId: operation, app: 'app', version: 'v2', expectedFrom: 'v1' }),
    ),
  );
  const pending = {
    version: 1,
    operation,
    kind: 'deploy',
    what: 'Deploy',
    by: 'Eve',
    at: '2026-03-01T10:00:00.000Z',
    base: deployed.base.commit,
    changes: { [path]: { before: null, text: 'on: push\n' } },
  };
  const file = `.signalbox/pending/${operation}.deploy.yaml`;
  await commitFiles(estate.gitDir, { [file]: JSON.stringify(pending) }, { branch });
  unwrap(await b.refresh());
  expect(apart(b).pending()).toEqual([]);
  expect(unwrap(await b.findOperation(operation, { kind: 'deploy' }))?.commit).toBe(deployed.commit);
  expect(await isThere(path, branch)).toBe(false);
});
