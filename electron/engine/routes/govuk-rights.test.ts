import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type Freeze, freezeFolder } from '../../../shared/domain/freeze/freeze';
import type { AppIntent } from '../../../shared/domain/operation/intent';
import { commitFiles } from '../../ledger/testing/release-repo';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { until } from '../../testing/until';
import { accessTo, ended, openRig, type Rig, unwrap } from '../testing/rig';
import { routedEstate } from '../testing/routed-estate';

/** A console whose person has the rights of GOV.UK: no push to main, no Applications, workflows by Argo's server and the team. */
let folder: string;
let practice: PracticeProcess;
let rig: Rig;
const logged: string[] = [];
let access: Parameters<typeof openRig>[0];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-govuk-'));
  practice = await startPracticeProcess([
    '--dir',
    path.join(folder, 'estate'),
    '--speed',
    '60',
    '--rights',
    'govuk',
  ]);
  const estateFile = await routedEstate(practice.ready.estateFile, path.join(folder, 'signalbox.yaml'), [
    { kind: 'workflow' },
    { kind: 'push' },
  ]);
  access = accessTo(practice, estateFile);
  rig = await openRig(access, path.join(folder, 'console'), {
    limits: { settle: 200, look: 60_000 },
    log: (_level, event) => logged.push(event),
  });
  await rig.engine.recover();
});
afterAll(async () => {
  await rig?.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

const cell = (app: string, environment: string) =>
  rig.engine.board().cells.find((one) => one.app === app && one.environment === environment);
const goBack = (app: string, environment: string): AppIntent => {
  const version = cell(app, environment)?.ledger?.version ?? '';
  return {
    kind: 'deploy',
    app,
    environment,
    version: `v${Number(version.slice(1)) - 1}`,
    expected: version,
    reason: 'rehearsal',
    override: ['behind-running', 'migration', 'not-tested-before', 'hold'],
  };
};

it('sees what runs by its pods, of every app in every environment', async () => {
  await until(() => {
    const { cells } = rig.engine.board();
    expect(cells.length).toBeGreaterThan(40);
    for (const { app, environment, running, ledger, stage } of cells)
      expect({ app, environment, runs: running?.version, by: running?.by, stage: stage?.state }).toEqual({
        app,
        environment,
        runs: ledger?.version,
        by: 'pods',
        stage: 'running',
      });
  });
});

it('deploys by a workflow, which the bot commits, and follows the rollout by pods', async () => {
  const intent = goBack('frontend', 'staging');
  const preview = unwrap(await rig.engine.preview(intent));
  expect(preview.route.taken).toBe('workflow');
  const { operationId } = unwrap(rig.engine.start(intent, preview.findings));
  const done = await ended(rig.engine, operationId);
  expect(done.failure).toBeNull();
  const [head] = unwrap(await rig.ledger.log([], 20)).filter(({ commit }) => commit === done.commit);
  expect(head?.authorName).toBe('govuk-ci');
  const wanted = 'version' in intent ? intent.version : '';
  await until(() => expect(cell('frontend', 'staging')?.running?.version).toBe(wanted));
});

it('finds the workflow closed in production to whoever is not in the team', async () => {
  await practice.control.setTeamMember({ member: false });
  const newcomer = await openRig(access, path.join(folder, 'newcomer'));
  try {
    await until(async () => {
      for (const [environment, state] of [
        // Argo's server tells only when it is tried; the estate names the team of production alone.
        ['integration', 'unknown'],
        ['production', 'closed'],
      ] as const) {
        const { route } = unwrap(await newcomer.engine.preview(goBack('router', environment)));
        expect(route.routes.find(({ kind }) => kind === 'workflow')?.access.state).toBe(state);
      }
    });
  } finally {
    await newcomer.close();
  }
});

it('names who can lift what stands in the way: the team, and the code owners of the image tags and of the app', async () => {
  await practice.control.setTeamMember({ member: false });
  await commitFiles(path.join(folder, 'estate', 'repos', 'alphagov', 'router.git'), {
    '.github/CODEOWNERS': '* @alphagov/router-owners @ines\n/docs/ @alphagov/writers\n',
  });
  const newcomer = await openRig(access, path.join(folder, 'owners'));
  try {
    await until(async () => {
      const unknown = { ...goBack('router', 'production'), version: 'v999999' } as AppIntent;
      const { findings } = unwrap(await newcomer.engine.preview(unknown));
      const lift = (of: string) => findings.find(({ code }) => code === of)?.lift;
      const closed = lift('route-closed');
      expect(closed?.who).toBe(
        'the GitHub team gov-uk-production-deploy, the code owner @alphagov/gov-uk-platform-engineering',
      );
      expect(closed?.message).toMatch(/^I’d like to .*router.* Signalbox says: .*Can you lift this/);
      expect(lift('version-not-published')?.who).toBe('the code owners @alphagov/router-owners, @ines');
    });
  } finally {
    await newcomer.close();
  }
});

it('tells of a lock that nothing here carries it, before anybody fills in a form', async () => {
  const { findings } = await rig.engine.bags.preview({
    kind: 'lock',
    pipeline: 'notify',
    environment: 'notify-preview',
    reason: 'x',
    until: null,
  });
  expect(findings).toContainEqual(
    expect.objectContaining({
      code: 'route-closed',
      level: 'block',
      overridable: false,
      message: expect.stringMatching(/^main is protected: .*`ledger\.records`\.$/),
    }),
  );
});

it('leaves a freeze that it may not lift to others, and begins nothing that would fail', async () => {
  const id = uuidv7();
  const freeze: Freeze = {
    operation: id,
    app: null,
    environment: 'production',
    pipeline: null,
    by: 'Ada Morrow',
    email: 'ada@example.invalid',
    at: '2026-11-27T15:00:00.000Z',
    reason: 'Budget day',
    from: '2026-11-27T15:00:00.000Z',
    until: '2026-11-28T15:00:00.000Z',
    automatic: true,
    manual: 'warn',
    begun: '2026-11-27T15:00:00.000Z',
    changed: { 'staging/router': true },
  };
  const gitDir = path.join(folder, 'estate', 'repos', 'alphagov', 'govuk-helm-charts.git');
  await commitFiles(gitDir, { [`${freezeFolder}${id}.yaml`]: stringify({ version: 1, ...freeze }) });
  await rig.ledger.refresh();
  await until(() => expect(logged).toContain('freeze.not-mine'));
  expect(rig.engine.list({ limit: 100 }).filter(({ intent }) => intent.kind === 'thaw')).toEqual([]);
});
