import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Operation } from '../../../shared/domain/operation/operation';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { type Answered, type AnsweringGitHub, answeringGitHub } from '../testing/answering-github';
import { appsInTurn } from '../testing/apps-in-turn';
import { ended, openRig, operationWhen, type Rig, unwrap } from '../testing/rig';
import { routedEstate } from '../testing/routed-estate';

let folder: string;
let practice: PracticeProcess;
let github: AnsweringGitHub;
const rigs: Rig[] = [];
const nextApp = appsInTurn();

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-moved-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--speed', '60']);
  github = await answeringGitHub(practice.ready.githubUrl);
  await practice.control.setRights({ profile: 'everything', approvals: ['staging'] });
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

async function open(name: string, routes: Parameters<typeof routedEstate>[2]): Promise<Rig> {
  const rig = await openRig(
    {
      estateFile: await routedEstate(
        practice.ready.estateFile,
        path.join(folder, `${name}.yaml`),
        routes,
        github.url,
      ),
      ledgerPassword: practice.credentials.ledger.password,
      githubToken: practice.credentials.github.token,
    },
    path.join(folder, name),
    { watch: [], limits: { review: 300, settle: 200, look: 60_000, landing: 60_000 } },
  );
  rigs.push(rig);
  await rig.engine.recover();
  return rig;
}

const stepOf = (operation: Operation) => operation.steps.find(({ name }) => name === 'commit');

/** Begins to deploy the version before the present one. */
async function begin(rig: Rig, environment: string): Promise<string> {
  const app = nextApp();
  const expected = (await practice.control.status()).tags[environment]?.[app]?.imageTag ?? '';
  unwrap(await rig.ledger.refresh());
  const version = `v${Number(expected.slice(1)) - 1}`;
  const bare = { kind: 'deploy', app, environment, version, expected, reason: 'rehearsal' } as const;
  const { findings } = unwrap(await rig.engine.preview(bare));
  const override = findings
    .filter(({ level, overridable }) => level !== 'pass' && overridable)
    .map(({ code }) => code);
  return unwrap(rig.engine.start({ ...bare, override }, findings)).operationId;
}

const renamed = /"full_name":"alphagov\/([\w.-]+)"/g;

/**
 * From now on every repo is at another name: GitHub sends on from the old one (301, and 307 where something is to be
 * made) to the repo's number. @param server where it sends to.
 */
function rename(server = github.url): void {
  github.answer = async ({ method, path: asked, body }): Promise<Answered | null> => {
    const [, old, rest = ''] = /^\/repos\/alphagov\/([\w.-]+)(.*)$/.exec(asked) ?? [];
    // Logs are plain text, which is redirected to where they are stored anyway.
    if (old !== undefined && !rest.endsWith('/logs'))
      return {
        status: method === 'GET' ? 301 : 307,
        headers: { location: `${server}/repositories/${old}${rest}` },
        body: { message: 'Moved Permanently' },
      };
    const [, repo, more = ''] = /^\/repositories\/([\w.-]+?)(\/.*|\?.*)?$/.exec(asked) ?? [];
    if (repo === undefined) return null;
    const answer = await fetch(`${practice.ready.githubUrl}/repos/alphagov/${repo}${more}`, {
      method,
      headers: { authorization: `token ${practice.credentials.github.token}` },
      ...(body === '' ? {} : { body }),
    });
    const text = (await answer.text()).replace(renamed, '"full_name":"newgov/$1"');
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
  };
}

describe('a repo that is renamed while a change waits', () => {
  it('is followed to its new name, which is told, by a pull request', async () => {
    const rig = await open('pull', [{ kind: 'pull-request', autoMerge: false }]);
    const id = await begin(rig, 'production');
    const job = (one: Operation) => one.jobs.find(({ kind }) => kind === 'pull-request');
    const waiting = await operationWhen(rig.engine, id, (one) =>
      /#\d+ is waiting for a review/.test(job(one)?.text ?? ''),
    );
    const number = Number(/#(\d+)/.exec(job(waiting)?.text ?? '')?.[1]);
    rename();
    const told = await operationWhen(
      rig.engine,
      id,
      (one) => stepOf(one)?.saw.some(({ text }) => text.includes('newgov/')) ?? false,
    );
    const saw = stepOf(told)?.saw.map(({ text }) => text) ?? [];
    expect(saw).toContain(
      'GitHub calls the repo alphagov/govuk-helm-charts newgov/govuk-helm-charts by now: write so in signalbox.yaml, since somebody else may take the old name.',
    );
    await practice.control.reviewPullRequest({ number });
    await practice.control.mergePullRequest({ number });
    const end = await ended(rig.engine, id);
    expect(stepOf(end)?.state).toBe('succeeded');
    // Told once, however often it was looked at.
    expect(stepOf(end)?.saw.filter(({ text }) => text.includes('newgov/'))).toHaveLength(1);
  });

  it('is followed to its new name, which is told, by a run of GitHub Actions, and so is its cancellation', async () => {
    const rig = await open('actions', [{ kind: 'actions' }]);
    const id = await begin(rig, 'staging');
    await operationWhen(rig.engine, id, (one) => /approved/.test(stepOf(one)?.waitingFor ?? ''));
    rename();
    await operationWhen(
      rig.engine,
      id,
      (one) => stepOf(one)?.saw.some(({ text }) => text.includes('newgov/')) ?? false,
    );
    unwrap(rig.engine.cancel(id));
    expect((await ended(rig.engine, id)).state).toBe('cancelled');
  });

  it('is not followed to another server: that is told, nothing is sent there, and the wait goes on', async () => {
    const elsewhere = await answeringGitHub(practice.ready.githubUrl);
    try {
      const rig = await open('elsewhere', [{ kind: 'pull-request', autoMerge: false }]);
      const id = await begin(rig, 'production');
      const text = (one: Operation): string => stepOf(one)?.waitingFor ?? '';
      await operationWhen(rig.engine, id, (one) => /for a review/.test(text(one)));
      rename(elsewhere.url);
      await operationWhen(rig.engine, id, (one) => text(one).includes('sends this on to another server'));
      expect(elsewhere.asked).toEqual([]);
      github.answer = () => null;
      await operationWhen(rig.engine, id, (one) => /for a review/.test(text(one)));
      unwrap(rig.engine.cancel(id));
      expect((await ended(rig.engine, id)).state).toBe('cancelled');
    } finally {
      await elsewhere.close();
    }
  });
});
