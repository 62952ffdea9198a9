import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { type AnsweringGitHub, answeringGitHub } from '../testing/answering-github';
import { appsInTurn } from '../testing/apps-in-turn';
import { openRig, operationWhen, type Rig, unwrap } from '../testing/rig';
import { routedEstate } from '../testing/routed-estate';

let folder: string;
let practice: PracticeProcess;
let github: AnsweringGitHub;
const rigs: Rig[] = [];
const nextApp = appsInTurn();

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-refused-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate')]);
  github = await answeringGitHub(practice.ready.githubUrl);
});
afterEach(async () => {
  github.answer = () => null;
  github.asked.length = 0;
  await Promise.all(rigs.splice(0).map((rig) => rig.close()));
});
afterAll(async () => {
  await github?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

let consoles = 0;
type Routes = Parameters<typeof routedEstate>[2];
const proposals: Routes = [{ kind: 'merge-branch' }, { kind: 'pull-request', autoMerge: false }];
async function open(routes: Routes = proposals): Promise<Rig> {
  consoles += 1;
  const estateFile = path.join(folder, `${consoles}.yaml`);
  const rig = await openRig(
    {
      estateFile: await routedEstate(practice.ready.estateFile, estateFile, routes, github.url),
      ledgerPassword: practice.credentials.ledger.password,
      githubToken: practice.credentials.github.token,
    },
    path.join(folder, `console-${consoles}`),
    { watch: [], limits: { review: 300, look: 60_000 } },
  );
  rigs.push(rig);
  await rig.engine.recover();
  return rig;
}

/** Begins to deploy the version before the present one, with everything overridden. */
async function begin(rig: Rig, app = nextApp()) {
  const expected = (await practice.control.status()).tags.production?.[app]?.imageTag ?? '';
  unwrap(await rig.ledger.refresh());
  const bare = {
    kind: 'deploy',
    app,
    environment: 'production',
    version: `v${Number(expected.slice(1)) - 1}`,
    expected,
    reason: 'rehearsal',
  } as const;
  const { findings } = unwrap(await rig.engine.preview(bare));
  const override = findings
    .filter(({ level, overridable }) => level !== 'pass' && overridable)
    .map(({ code }) => code);
  const { operationId } = unwrap(rig.engine.start({ ...bare, override }, findings));
  return { id: operationId, bare };
}
const commitStepOf = (rig: Rig, id: string) =>
  unwrap(rig.engine.get(id)).steps.find(({ name }) => name === 'commit');

it.each([
  [403, "You're not authorized to push to this branch."],
  [405, 'Base branch requires signed commits.'],
  [409, 'Required status check "ci/lint" is expected.'],
  [409, 'Repository rule violations found\n\nChanges must be made through a pull request.\n\n'],
  [422, 'At least 1 approving review is required by reviewers with write access.'],
])(
  'a merge that a rule of the branch forbids (%i: %s) makes way for the next route, and stays closed',
  async (status, message) => {
    github.answer = ({ path: asked }) =>
      /\/merges(\?|$)/.test(asked)
        ? { status, body: { message, documentation_url: 'https://docs.github.com/rest' } }
        : null;
    const rig = await open();
    const { id, bare } = await begin(rig);
    await operationWhen(
      rig.engine,
      id,
      ({ state, jobs }) =>
        state !== 'running' || jobs.some(({ text }) => /waiting for a review/.test(text ?? '')),
    );
    expect(unwrap(rig.engine.get(id)).jobs[0]?.text).toMatch(/waiting for a review/);
    expect(commitStepOf(rig, id)?.saw.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^Refused: .* Going on by a pull request\.$/),
    );
    const { route } = unwrap(await rig.engine.preview(bare));
    expect(route.taken).toBe('pull-request');
    expect(route.routes[0]).toMatchObject({ kind: 'merge-branch', access: { state: 'closed' } });
  },
);

it.each([
  [403, { message: 'You have exceeded a secondary rate limit. Please wait a few minutes.' }, {}],
  [403, { message: 'Forbidden' }, { 'retry-after': '60' }],
  [429, { message: 'Too many requests' }, {}],
  [
    422,
    { message: 'Validation Failed', errors: [{ code: 'custom', message: 'was submitted too quickly' }] },
    {},
  ],
])('a limit of requests (%i) closes no route', async (status, body, headers) => {
  github.answer = ({ path: asked }) => (/\/merges(\?|$)/.test(asked) ? { status, body, headers } : null);
  const rig = await open();
  const { id, bare } = await begin(rig, 'static');
  const end = await operationWhen(rig.engine, id, ({ state }) => state !== 'running');
  expect(end).toMatchObject({ state: 'failed', failure: { code: 'rate-limited' } });
  github.answer = () => null;
  const { route } = unwrap(await rig.engine.preview(bare));
  expect(route.taken).toBe('merge-branch');
});

it.each([
  [404, 'Not Found'],
  [403, 'Must have admin rights to Repository.'],
  [422, "Workflow does not have 'workflow_dispatch' trigger"],
  [422, "Cannot trigger a 'workflow_dispatch' on a disabled workflow"],
])('a workflow that can’t be run here (%i: %s) makes way for the next route', async (status, message) => {
  github.answer = ({ path: asked }) => (/\/dispatches$/.test(asked) ? { status, body: { message } } : null);
  const rig = await open([{ kind: 'actions' }, { kind: 'push' }]);
  const { id, bare } = await begin(rig);
  const done = await operationWhen(
    rig.engine,
    id,
    ({ state, commit }) => state !== 'running' || commit !== null,
  );
  expect(done).toMatchObject({ failure: null, commit: expect.any(String) });
  expect(commitStepOf(rig, id)?.saw.map(({ text }) => text)).toContainEqual(
    expect.stringMatching(/^Refused: .* Going on by a push\.$/),
  );
  const { route } = unwrap(
    await rig.engine.preview({ ...bare, expected: bare.version, version: bare.expected }),
  );
  expect(route.routes[0]).toMatchObject({ kind: 'actions', access: { state: 'closed' } });
});

it('a workflow that wants other inputs is told, and the route stays open', async () => {
  const message = "Required input 'gitRef' not provided";
  github.answer = ({ path: asked }) =>
    /\/dispatches$/.test(asked) ? { status: 422, body: { message } } : null;
  const rig = await open([{ kind: 'actions' }, { kind: 'push' }]);
  const { id, bare } = await begin(rig, 'frontend');
  const done = await operationWhen(rig.engine, id, ({ state }) => state !== 'running');
  expect(done).toMatchObject({ state: 'failed', failure: { code: 'refused' } });
  expect(unwrap(await rig.engine.preview(bare)).route.taken).toBe('actions');
});
