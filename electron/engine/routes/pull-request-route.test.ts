import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RouteOf } from '../../../shared/domain/estate/routes';
import { parseTrailers } from '../../../shared/domain/ledger/trailers';
import type { AppIntent } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import type { OperationEvent } from '../../../shared/domain/operation/operation-events';
import { createGitHub } from '../../systems/github/github-client';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { openJournal } from '../journal';
import { appsInTurn } from '../testing/apps-in-turn';
import { ended, openRig, operationWhen, type Rig, unwrap } from '../testing/rig';
import { routedEstate } from '../testing/routed-estate';

let folder: string;
let practice: PracticeProcess;
const rigs: Rig[] = [];
const nextApp = appsInTurn();

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-pulls-'));
  practice = await startPracticeProcess(['--dir', path.join(folder, 'estate'), '--rights', 'govuk']);
});
afterAll(async () => {
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(async () => {
  await practice.control.setPullRequests({
    allowAutoMerge: true,
    mergeMethods: ['merge', 'squash', 'rebase'],
    deleteBranchOnMerge: true,
    mergeQueue: null,
  });
  return async () => {
    await Promise.all(rigs.splice(0).map((rig) => rig.close()));
  };
});

const place = { owner: 'alphagov', repo: 'govuk-helm-charts' };
const github = () =>
  createGitHub({ apiUrl: practice.ready.githubUrl, token: async () => practice.credentials.github.token });

/** A console on a folder of its own, whose changes go through pull requests. */
async function open(
  name: string,
  route: Partial<RouteOf<'pull-request'>> = {},
  options: Parameters<typeof openRig>[2] = {},
): Promise<Rig> {
  const access = {
    estateFile: await routedEstate(practice.ready.estateFile, path.join(folder, `${name}.yaml`), [
      { kind: 'pull-request', ...route },
    ]),
    ledgerPassword: practice.credentials.ledger.password,
    githubToken: practice.credentials.github.token,
  };
  const rig = await openRig(access, path.join(folder, name), {
    watch: [],
    ...options,
    limits: { review: 300, look: 60_000, ...options.limits },
  });
  rigs.push(rig);
  await rig.engine.recover();
  return rig;
}

const tagOf = async (app: string) => (await practice.control.status()).tags.production?.[app]?.imageTag ?? '';

/** Begins to deploy the version before the present one of an app, with everything overridden. */
async function begin(rig: Rig, app = nextApp()): Promise<{ id: string; app: string; version: string }> {
  const expected = await tagOf(app);
  unwrap(await rig.ledger.refresh());
  const version = `v${Number(expected.slice(1)) - 1}`;
  const bare = {
    kind: 'deploy',
    app,
    environment: 'production',
    version,
    expected,
    reason: 'rehearsal',
  } as const;
  const { findings } = unwrap(await rig.engine.preview(bare));
  const override = findings
    .filter(({ level, overridable }) => level !== 'pass' && overridable)
    .map(({ code }) => code);
  const intent: AppIntent = { ...bare, override };
  return { id: unwrap(rig.engine.start(intent, findings)).operationId, app, version };
}

const jobOf = (operation: Operation) => operation.jobs.find(({ kind }) => kind === 'pull-request');
const numberOf = (operation: Operation): number => Number(/#(\d+)/.exec(jobOf(operation)?.text ?? '')?.[1]);
/** The operation once its pull request waits, and its job's text fits. */
const waiting = async (rig: Rig, id: string, text = /#\d+ is waiting for a review/): Promise<Operation> => {
  const fits = (one: Operation): boolean => text.test(jobOf(one)?.text ?? '');
  const found = await operationWhen(rig.engine, id, (one) => fits(one) || one.state !== 'running');
  if (!fits(found)) throw new Error(`it ended: ${JSON.stringify([found.failure, found.steps], null, 1)}`);
  return found;
};
const commitStep = (operation: Operation) => operation.steps.find(({ name }) => name === 'commit');
const pullsOf = async (id: string) => {
  const { data } = await github().pulls.list({ ...place, state: 'all', per_page: 100 });
  return data.filter(({ body }) => body?.includes(`Signalbox-Operation: ${id}`));
};
const branchesOf = async (id: string) => {
  const short = id.replaceAll('-', '').slice(-12);
  const { data } = await github().git.listMatchingRefs({ ...place, ref: `heads/signalbox/${short}` });
  return data.map(({ ref }) => ref);
};
const commitsOf = async (rig: Rig, id: string) => {
  unwrap(await rig.ledger.refresh());
  const log = unwrap(await rig.ledger.log([], 300));
  return log.filter(({ message }) => parseTrailers(message)?.operation === id);
};

describe('a change that goes through a pull request', () => {
  it.each(['merge', 'squash', 'rebase'] as const)(
    'waits for the review of a code owner, and succeeds once somebody merged it by %s',
    async (method) => {
      const rig = await open(`by-${method}`, { autoMerge: false });
      const { id, app, version } = await begin(rig);
      const waits = await waiting(rig, id);
      const number = numberOf(waits);
      expect(jobOf(waits)).toMatchObject({
        state: 'running',
        url: expect.stringContaining(`/pull/${number}`),
      });
      expect(jobOf(waits)?.text).toContain('Asked: gov-uk-platform-engineering.');
      const [pull] = await pullsOf(id);
      expect(pull).toMatchObject({ number, title: `Deploy ${app} ${version} to production` });
      expect(pull?.body).toContain('`@alphagov/gov-uk-platform-engineering`');
      expect(pull?.body).toContain(`charts/app-config/image-tags/production/${app}`);
      expect(await tagOf(app)).not.toBe(version);
      // Somebody who owns nothing there is not enough.
      await practice.control.reviewPullRequest({ number, by: 'hester-vane' });
      await waiting(
        rig,
        id,
        /has 1 approval \(hester-vane\), not enough yet: a code owner’s review \(gov-uk-platform-engineering\)/,
      );
      await practice.control.reviewPullRequest({ number });
      await waiting(rig, id, /approved by .*: somebody must merge it on GitHub/);
      const { commit } = await practice.control.mergePullRequest({ number, method });
      const end = await ended(rig.engine, id);
      expect(commitStep(end)?.state).toBe('succeeded');
      expect(end.commit).toBe(commit);
      expect(jobOf(end)).toMatchObject({ state: 'succeeded' });
      expect(await tagOf(app)).toBe(version);
      expect(await branchesOf(id)).toEqual([]);
      // With a merge the trailers stand in the commit that it brought in.
      expect(await commitsOf(rig, id)).toHaveLength(method === 'merge' ? 0 : 1);
      expect(unwrap(await rig.ledger.findOperation(id))?.commit).toBe(commit);
    },
  );

  it('is merged by GitHub itself after the review, where the repo allows auto-merge', async () => {
    await practice.control.setPullRequests({ mergeMethods: ['squash'] });
    const rig = await open('auto');
    const { id, app, version } = await begin(rig);
    const number = numberOf(await waiting(rig, id));
    await expect
      .poll(async () => (await github().pulls.get({ ...place, pull_number: number })).data.auto_merge)
      .toMatchObject({ merge_method: 'squash' });
    await practice.control.reviewPullRequest({ number });
    const end = await ended(rig.engine, id);
    expect(commitStep(end)?.state).toBe('succeeded');
    expect(await tagOf(app)).toBe(version);
    const [own] = await commitsOf(rig, id);
    expect(own?.message).toMatch(/^Deploy .*\n\nSignalbox-Operation: /);
  });

  it('is merged by Signalbox where GitHub has nothing to wait for, and nobody is told to do it', async () => {
    await practice.control.setRights({ profile: 'everything' });
    try {
      const rig = await open('at-once');
      const { id, app, version } = await begin(rig);
      const number = numberOf(await waiting(rig, id));
      const said: string[] = [];
      rig.engine.onChange(() => said.push(jobOf(unwrap(rig.engine.get(id)))?.text ?? ''));
      await practice.control.reviewPullRequest({ number });
      const end = await ended(rig.engine, id);
      expect(commitStep(end)?.state).toBe('succeeded');
      expect(await tagOf(app)).toBe(version);
      expect(said.filter((text) => text.includes('must merge it'))).toEqual([]);
    } finally {
      await practice.control.setRights({ profile: 'govuk' });
    }
  });

  it('goes through the merge queue of the branch, says its place in it, and why it was thrown out', async () => {
    // Auto-merge is not what puts it there: a repo may have a queue without it.
    await practice.control.setPullRequests({
      allowAutoMerge: false,
      mergeQueue: { waitMs: 3_600_000, fails: false },
    });
    const rig = await open('queue');
    const { id, app, version } = await begin(rig);
    const number = numberOf(await waiting(rig, id));
    await practice.control.reviewPullRequest({ number });
    const queued = await waiting(rig, id, /is in the merge queue/);
    expect(jobOf(queued)?.text).toMatch(
      /^Pull request #\d+ is in the merge queue since [\d-]+ [\d:]+ UTC, at place 1: its checks run/,
    );
    await practice.control.setPullRequests({ mergeQueue: { waitMs: 0, fails: true } });
    const out = await waiting(rig, id, /was taken out of the merge queue/);
    expect(jobOf(out)?.text).toContain('checks failed on it together with what was before it');
    expect((await github().pulls.get({ ...place, pull_number: number })).data.state).toBe('open');
    // Somebody looked at it, and puts it back.
    await practice.control.setPullRequests({ mergeQueue: { waitMs: 1_000, fails: false } });
    const { data } = await github().pulls.get({ ...place, pull_number: number });
    await github().graphql(
      'mutation($input: EnqueuePullRequestInput!) { enqueuePullRequest(input: $input) { clientMutationId } }',
      { input: { pullRequestId: data.node_id } },
    );
    const end = await ended(rig.engine, id);
    expect(commitStep(end)?.state).toBe('succeeded');
    expect(await tagOf(app)).toBe(version);
  });

  it('says why nobody merges it where the repo does not allow auto-merge, and who asked for changes', async () => {
    await practice.control.setPullRequests({ allowAutoMerge: false });
    const rig = await open('no-auto');
    const { id, app, version } = await begin(rig);
    const number = numberOf(await waiting(rig, id));
    await practice.control.reviewPullRequest({ number, verdict: 'request-changes' });
    await waiting(rig, id, /odalys-brandt requested changes/);
    await practice.control.reviewPullRequest({ number });
    await waiting(rig, id, /must merge it on GitHub. Auto-merge is off. GitHub says: .*not allowed/);
    // A cell whose change waits for days is in nobody's way, and the later change makes it pointless.
    await practice.control.deployAsSomeoneElse({
      app,
      environment: 'production',
      version: `v${Number(version.slice(1)) - 1}`,
    });
    const end = await ended(rig.engine, id);
    expect(end.state).toBe('superseded');
    expect(end.supersededBy?.text).toMatch(
      /got v\d+ while v\d+ waited for its review\. Pull request #\d+ was closed/,
    );
    expect(await pullsOf(id)).toMatchObject([{ state: 'closed', merged_at: null }]);
    expect(await branchesOf(id)).toEqual([]);
  });

  it('ends when somebody closes it, and is taken back when it is cancelled', async () => {
    const rig = await open('closed');
    const first = await begin(rig);
    await practice.control.closePullRequest({ number: numberOf(await waiting(rig, first.id)) });
    const closed = await ended(rig.engine, first.id);
    expect(closed).toMatchObject({ state: 'failed', commit: null });
    expect(closed.failure?.message).toMatch(/#\d+ was closed on GitHub without being merged/);
    expect(await branchesOf(first.id)).toEqual([]);

    const second = await begin(rig, first.app);
    expect((await waiting(rig, second.id)).cancel).toEqual({ allowed: true });
    // Another operation may begin in the cell meanwhile.
    const third = await begin(rig, first.app);
    await waiting(rig, third.id);
    unwrap(rig.engine.cancel(second.id));
    const cancelled = await ended(rig.engine, second.id);
    expect(cancelled).toMatchObject({ state: 'cancelled', commit: null });
    expect(commitStep(cancelled)?.saw.at(-1)?.text).toMatch(/was closed and its branch deleted/);
    expect(await pullsOf(second.id)).toMatchObject([{ state: 'closed', merged_at: null }]);
    expect(await branchesOf(second.id)).toEqual([]);
    // What was merged a moment before can't be cancelled.
    const number = numberOf(unwrap(rig.engine.get(third.id)));
    await practice.control.setGithubFaults({ latencyMs: 2_000 });
    await practice.control.reviewPullRequest({ number });
    const cancelling = rig.engine.cancel(third.id);
    await practice.control.setGithubFaults({ latencyMs: 0 });
    const end = await ended(rig.engine, third.id);
    expect(cancelling.ok).toBe(true);
    expect(commitStep(end)?.state).toBe('succeeded');
    expect(end.commit).not.toBeNull();
    expect(end.state).not.toBe('cancelled');
  });

  /** A journal that takes nothing more from an event on: what follows is as if the console had been killed there. */
  const dying = (dies: (event: OperationEvent) => boolean) => (file: string, now: () => Date) => {
    const journal = openJournal(file, now);
    let isDead = false;
    return {
      ...journal,
      append: (...entry: Parameters<typeof journal.append>) => {
        isDead ||= dies(entry[1]);
        if (isDead) throw new Error('killed');
        journal.append(...entry);
      },
    };
  };
  const intends = (times: number) => {
    let seen = 0;
    return (event: OperationEvent): boolean =>
      event.type === 'side-effect-intended' && event.effect === 'commit' && ++seen === times;
  };
  const says =
    (text: string) =>
    (event: OperationEvent): boolean =>
      event.type === 'progress' && event.waitingFor === text;

  it.each([
    ['before its branch was pushed', says('Waiting for the branch to reach the release repo.')],
    ['once its branch was pushed, before the pull request', says('Opening the pull request.')],
    ['once the pull request was opened, before its number was written down', intends(2)],
    ['before reviewers were asked', intends(3)],
  ])('survives a kill %s: one branch, one pull request', async (_, dies) => {
    const name = `killed-${rigs.length}-${Math.abs(Number(process.hrtime.bigint() % 1_000_000n))}`;
    const dead = await open(name, {}, { openJournal: dying(dies) });
    const { id } = await begin(dead);
    await operationWhen(dead.engine, id, ({ state }) => state !== 'running');
    await dead.close();
    rigs.length = 0;
    const rig = await open(name);
    const waits = await waiting(rig, id);
    expect(await pullsOf(id)).toHaveLength(1);
    expect(await branchesOf(id)).toHaveLength(1);
    expect(jobOf(waits)?.state).toBe('running');
    unwrap(rig.engine.cancel(id));
    expect((await ended(rig.engine, id)).state).toBe('cancelled');
  });

  it('is still ours once a reviewer has updated its branch: it is merged, and the branch goes', async () => {
    await practice.control.setPullRequests({ deleteBranchOnMerge: false });
    const rig = await open('updated');
    const { id, app, version } = await begin(rig);
    const number = numberOf(await waiting(rig, id));
    const [branch = ''] = await branchesOf(id);
    const router = (await practice.control.status()).tags.staging?.router?.imageTag ?? '';
    const older = `v${Number(router.slice(1)) - 1}`;
    await practice.control.deployAsSomeoneElse({ app: 'router', environment: 'staging', version: older });
    await github().repos.merge({ ...place, base: branch.replace('refs/heads/', ''), head: 'main' });
    const head = async () => (await github().pulls.get({ ...place, pull_number: number })).data.head.sha;
    const updated = await head();
    await practice.control.reviewPullRequest({ number, by: 'hester-vane' });
    const text = jobOf(await waiting(rig, id, /has 1 approval \(hester-vane\)/))?.text;
    expect(text).not.toContain('Somebody changed');
    expect(await head()).toBe(updated);
    await practice.control.reviewPullRequest({ number });
    const end = await ended(rig.engine, id);
    expect(commitStep(end)?.state).toBe('succeeded');
    expect(await tagOf(app)).toBe(version);
    await expect.poll(() => branchesOf(id)).toEqual([]);
  });

  it('goes on where somebody closed it and opened it again', async () => {
    const rig = await open('reopened', {}, { limits: { review: 1_000 } });
    const { id } = await begin(rig);
    const number = numberOf(await waiting(rig, id));
    await practice.control.closePullRequest({ number });
    await operationWhen(rig.engine, id, (one) =>
      /ends soon unless it is reopened/.test(commitStep(one)?.waitingFor ?? ''),
    );
    await github().pulls.update({ ...place, pull_number: number, state: 'open' });
    await operationWhen(rig.engine, id, (one) =>
      /waiting for a review/.test(commitStep(one)?.waitingFor ?? ''),
    );
    unwrap(rig.engine.cancel(id));
    expect((await ended(rig.engine, id)).state).toBe('cancelled');
    expect(await branchesOf(id)).toEqual([]);
  });

  it('never takes what somebody else put on its branch for its own: a branch of another name has its commit', async () => {
    const dead = await open('taken', {}, { openJournal: dying(says('Opening the pull request.')) });
    const { id, app, version } = await begin(dead);
    await operationWhen(dead.engine, id, ({ state }) => state !== 'running');
    const [ref = ''] = await branchesOf(id);
    const main = (await github().git.getRef({ ...place, ref: 'heads/main' })).data.object.sha;
    await dead.close();
    rigs.length = 0;
    await github().git.updateRef({ ...place, ref: ref.replace('refs/', ''), sha: main, force: true });
    const rig = await open('taken');
    const number = numberOf(await waiting(rig, id));
    expect(await branchesOf(id)).toEqual([ref, `${ref}-2`]);
    const [pull] = await pullsOf(id);
    expect(pull).toMatchObject({ number, head: { ref: `${ref}-2`.replace('refs/heads/', '') } });
    const { data: head } = await github().repos.getCommit({ ...place, ref: pull?.head.sha ?? '' });
    expect(parseTrailers(head.commit.message)?.operation).toBe(id);
    expect((await github().git.getRef({ ...place, ref: ref.replace('refs/', '') })).data.object.sha).toBe(
      main,
    );
    await practice.control.reviewPullRequest({ number });
    expect(commitStep(await ended(rig.engine, id))?.state).toBe('succeeded');
    expect(await tagOf(app)).toBe(version);
  });

  it('goes on after a restart, however old it is, and is opened once though the answer was lost', async () => {
    await practice.control.setGithubFaults({ cutNextPull: true });
    const before = await open('restarted');
    const { id, app, version } = await begin(before);
    const number = numberOf(await waiting(before, id));
    expect(await pullsOf(id)).toHaveLength(1);
    await before.close();
    rigs.length = 0;
    await practice.control.reviewPullRequest({ number });
    const rig = await open('restarted', {}, { limits: { resume: 0 } });
    const end = await ended(rig.engine, id);
    expect(commitStep(end)?.state).toBe('succeeded');
    expect(await tagOf(app)).toBe(version);
  });

  it('closes a pull request whose cancellation was asked for right before the end', async () => {
    const before = await open(
      'cancel-killed',
      {},
      {
        openJournal: dying(
          (event) => event.type === 'side-effect-intended' && event.effect === 'commit:close',
        ),
      },
    );
    const { id } = await begin(before);
    await waiting(before, id);
    unwrap(before.engine.cancel(id));
    await operationWhen(before.engine, id, ({ state }) => state !== 'running');
    expect(await pullsOf(id)).toMatchObject([{ state: 'open' }]);
    await before.close();
    rigs.length = 0;
    const rig = await open('cancel-killed');
    expect((await ended(rig.engine, id)).state).toBe('cancelled');
    expect(await pullsOf(id)).toMatchObject([{ state: 'closed' }]);
    expect(await branchesOf(id)).toEqual([]);
  });
});
