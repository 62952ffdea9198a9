import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Announcement } from '../../../shared/domain/announcement/announcement';
import type { FreezeView } from '../../../shared/domain/freeze/freeze-view';
import type { FreezeIntent } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import { commitFiles } from '../../ledger/testing/release-repo';
import { runGit } from '../../systems/git/run-git';
import { createGitHub } from '../../systems/github/github-client';
import { type PracticeProcess, startPracticeProcess } from '../../testing/practice-process';
import { until } from '../../testing/until';
import { accessTo, ended, openRig, operationWhen, type Rig, unwrap } from '../testing/rig';
import { routedEstate } from '../testing/routed-estate';

/** The rights of GOV.UK: main takes a reviewed pull request alone; records lie apart, on a branch that people push to. */
const production = { app: null, environment: 'production', pipeline: null };
const place = { owner: 'alphagov', repo: 'govuk-helm-charts' };
let folder: string;
let practice: PracticeProcess;
let estateFile: string;
/** Two consoles, and for a while a third; the first sees the clusters. */
const consoles: Rig[] = [];
const told: Announcement[] = [];
const first = (): Rig => consoles[0] as Rig;
const second = (): Rig => consoles[1] as Rig;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-freeze-request-'));
  practice = await startPracticeProcess([
    ...['--dir', path.join(folder, 'estate')],
    ...['--speed', '60', '--rights', 'govuk'],
  ]);
  const file = path.join(folder, 'signalbox.yaml');
  await routedEstate(practice.ready.estateFile, file, [{ kind: 'workflow' }, { kind: 'pull-request' }]);
  const estate = parse(await readFile(file, 'utf8')) as { ledger: object };
  await writeFile(
    file,
    stringify({ ...estate, ledger: { ...estate.ledger, records: { branch: 'signalbox' } } }),
  );
  estateFile = file;
});

/** Opens one more console. */
async function console(name: string): Promise<Rig> {
  const index = consoles.length;
  // Applications are seen at Argo CD's own servers: nobody there reads them by the Kubernetes API.
  const access = { ...accessTo(practice, estateFile), serversAlone: index === 0 };
  const rig = await openRig(access, path.join(folder, `console-${index}`), {
    name,
    limits: { settle: 200, look: 60_000, stagger: 0, review: 300 },
    watch: index === 0 ? ['staging', 'production'] : [],
    announce: (one) => told.push(one),
  });
  consoles.push(rig);
  unwrap(await rig.ledger.refresh());
  await rig.engine.recover();
  return rig;
}
afterAll(async () => {
  for (const rig of consoles) await rig.close();
  await practice?.stop();
  await rm(folder, { recursive: true, force: true });
});

const github = () =>
  createGitHub({ apiUrl: practice.ready.githubUrl, token: async () => practice.credentials.github.token });
const pulls = async (freeze: string) => {
  const { data } = await github().pulls.list({ ...place, state: 'all', per_page: 100 });
  return data.filter(({ head }) => head.ref.includes(freeze.replaceAll('-', '').slice(-12)));
};
const gitDir = (): string => path.join(folder, 'estate', 'repos', 'alphagov', 'govuk-helm-charts.git');
const tagFolder = 'charts/app-config/image-tags';
async function flags(): Promise<Record<string, string>> {
  const { stdout } = await runGit(
    ['grep', '-I', '-e', 'automatic_deploys_enabled', 'main', '--', `${tagFolder}/staging`],
    { gitDir: gitDir() },
  );
  const found: Record<string, string> = {};
  for (const line of stdout.toString().split('\n').filter(Boolean)) {
    const [, file = '', flag = ''] =
      /^main:.*image-tags\/staging\/([^:]+):.*enabled: *(\w+)/.exec(line) ?? [];
    found[file] = flag;
  }
  return found;
}
const freezeOf = (change: Partial<Extract<FreezeIntent, { kind: 'freeze' }>> = {}): FreezeIntent => ({
  kind: 'freeze',
  scope: production,
  from: null,
  until: null,
  automatic: true,
  manual: 'warn',
  reason: 'Budget day',
  ...change,
});
const view = (rig: Rig, freeze: string): FreezeView | undefined =>
  rig.engine.freezes.list().freezes.find(({ operation }) => operation === freeze);
const start = (rig: Rig, intent: FreezeIntent): string => unwrap(rig.engine.start(intent, [])).operationId;
const numberOf = (operation: Operation): number =>
  Number(/#(\d+)/.exec(operation.jobs.find(({ kind }) => kind === 'pull-request')?.text ?? '')?.[1]);
/** An operation once its pull request waits for a review. */
const waiting = async (rig: Rig, id: string): Promise<number> => {
  const fits = (one: Operation): boolean => Number.isInteger(numberOf(one)) || one.state !== 'running';
  const found = await operationWhen(rig.engine, id, fits);
  expect(found.state, JSON.stringify([found.failure, found.steps], null, 1)).toBe('running');
  return numberOf(found);
};
const review = (number: number) => practice.control.reviewPullRequest({ number });

describe('a freeze where only a reviewed pull request changes anything', () => {
  it('is requested, withdrawn, and set and lifted by what is merged', async () => {
    const file = path.join(folder, 'beside.yaml');
    await routedEstate(practice.ready.estateFile, file, [{ kind: 'pull-request' }]);
    const rig = await openRig(accessTo(practice, file), path.join(folder, 'beside'), {
      limits: { settle: 200, look: 60_000, stagger: 0, review: 300 },
      watch: [],
      announce: (one) => told.push(one),
    });
    try {
      await rig.engine.recover();
      const before = await flags();
      const scope = { ...production, app: 'frontend' };
      const withdrawn = start(rig, freezeOf({ scope }));
      await waiting(rig, withdrawn);
      expect(view(rig, withdrawn)).toMatchObject({
        phase: 'requested',
        request: { operationId: withdrawn },
        effect: {
          state: 'requested',
          text: expect.stringContaining('Nothing is frozen until it is merged.'),
        },
      });
      unwrap(rig.engine.cancel(withdrawn));
      expect((await ended(rig.engine, withdrawn)).state).toBe('cancelled');
      expect(view(rig, withdrawn)).toBeUndefined();

      told.length = 0;
      const id = start(rig, freezeOf({ scope }));
      const number = await waiting(rig, id);
      expect(told).toEqual([]);
      await review(number);
      expect((await ended(rig.engine, id)).failure).toBeNull();
      expect((await flags()).frontend).toBe('false');
      expect(view(rig, id)).toMatchObject({ phase: 'active', request: null });
      const thaw = { kind: 'thaw', freeze: id, scope, ended: false } as const;
      const lift = start(rig, thaw);
      const other = await waiting(rig, lift);
      expect(view(rig, id)).toMatchObject({ phase: 'active', request: { what: 'thaw', operationId: lift } });
      await review(other);
      expect((await ended(rig.engine, lift)).failure).toBeNull();
      expect(await flags()).toEqual(before);
      expect(view(rig, id)).toBeUndefined();
      expect(told.map((one) => one.id)).toEqual([`freeze ${id} set`, `freeze ${id} lifted`]);
    } finally {
      await rig.close();
    }
  });
});

describe('a freeze where only a reviewed pull request changes the flags, and records lie apart', () => {
  beforeAll(async () => {
    await console('Ada Morrow');
    const apart = first().ledger.recordsApart;
    if (!apart) throw new Error('records do not lie apart');
    unwrap(await apart.setUp({ operationId: uuidv7(), what: 'set up' }));
    await console('Grace Okafor');
    told.length = 0;
  });

  it('holds for deployments by hand at once, is told as requested, and is effective after the review; lifting it goes the same way', async () => {
    const before = await flags();
    const findings = await first().engine.freezes.preview(freezeOf());
    expect(findings.filter(({ level }) => level === 'block')).toEqual([]);
    expect(findings.map(({ message }) => message)).toContainEqual(
      expect.stringMatching(/^Its flags go by a pull request\. Deploys by hand meet the freeze at once/),
    );
    const id = start(first(), freezeOf());
    const number = await waiting(first(), id);
    expect(await flags()).toEqual(before);
    expect(view(first(), id)).toMatchObject({
      phase: 'active',
      effect: { state: 'requested', text: expect.stringContaining(`Pull request #${number}`) },
      request: { what: 'freeze', state: 'waiting', number, operationId: id },
      passes: expect.stringMatching(/^Automatic deploys go on\./),
    });
    // On another console, which knows of no operation: frozen by hand, and requested.
    await until(() =>
      expect(view(second(), id)).toMatchObject({ phase: 'active', effect: { state: 'requested' } }),
    );
    const [pull] = await pulls(id);
    const { data: changed } = await github().pulls.listFiles({
      ...place,
      pull_number: number,
      per_page: 100,
    });
    expect(pull?.title).toBe('Freeze production');
    for (const { filename } of changed)
      expect(filename).toMatch(/^charts\/app-config\/image-tags\/staging\//);

    await review(number);
    const operation = await ended(first().engine, id);
    expect(operation.steps.map(({ name, state }) => `${name} ${state}`)).toEqual([
      'preflight succeeded',
      'commit succeeded',
      'stop-promotions succeeded',
      'freeze-effective succeeded',
    ]);
    for (const [file, flag] of Object.entries(await flags())) expect(flag, file).toBe('false');
    expect(view(first(), id)).toMatchObject({ effect: { state: 'effective' }, request: null });
    expect(await pulls(id)).toHaveLength(1);

    // Another console lifts it, by another person who may not push either.
    await until(() => expect(view(second(), id)?.begun).not.toBeNull());
    const thaw = { kind: 'thaw', freeze: id, scope: production, ended: false, reason: 'Done' } as const;
    const lift = start(second(), thaw);
    const other = await waiting(second(), lift);
    await until(() => expect(view(first(), id)).toMatchObject({ phase: 'ended' }));
    expect(await flags()).not.toEqual(before);
    await review(other);
    expect((await ended(second().engine, lift)).failure).toBeNull();
    expect(await flags()).toEqual(before);
    await until(() => {
      for (const rig of consoles) expect(view(rig, id)).toBeUndefined();
    });
    const made = (await pulls(id)).map(({ head, merged_at }) => [
      /(?:freeze|thaw|more)/.exec(head.ref)?.[0],
      merged_at !== null,
    ]);
    expect(made.sort()).toEqual([
      ['freeze', true],
      ['thaw', true],
    ]);
    expect(told.map((one) => one.id)).toEqual([`freeze ${id} set`, `freeze ${id} lifted`]);
  });

  it('gives back nothing that a person switched off by hand while the request waited', async () => {
    const before = await flags();
    const byHand = Object.keys(before).find((app) => before[app] === 'true') ?? '';
    const id = start(first(), freezeOf());
    const number = await waiting(first(), id);
    const file = `${tagFolder}/staging/${byHand}`;
    const { stdout } = await runGit(['show', `main:${file}`], { gitDir: gitDir() });
    await commitFiles(gitDir(), {
      [file]: stdout
        .toString()
        .replace(/automatic_deploys_enabled: *true/, 'automatic_deploys_enabled: false'),
    });
    expect((await flags())[byHand]).toBe('false');
    await review(number);
    expect((await ended(first().engine, id)).failure).toBeNull();
    for (const [name, flag] of Object.entries(await flags())) expect(flag, name).toBe('false');
    const lift = start(first(), {
      kind: 'thaw',
      freeze: id,
      scope: production,
      ended: false,
      reason: 'Done',
    });
    await review(await waiting(first(), lift));
    expect((await ended(first().engine, lift)).failure).toBeNull();
    expect(await flags()).toEqual({ ...before, [byHand]: 'false' });
    await commitFiles(gitDir(), { [file]: stdout.toString() });
    told.length = 0;
  });

  it('that is planned begins and ends by one pull request each, whatever number of consoles runs; a new app by one more', async () => {
    const third = await console('Tom Baker');
    const before = await flags();
    const from = new Date(Date.now() + 4_000).toISOString();
    const id = start(first(), freezeOf({ from, reason: '`$(rm -rf /)` @everyone <b>\u202e' }));
    expect((await ended(first().engine, id)).failure).toBeNull();
    await until(async () => expect(await pulls(id)).toHaveLength(1));
    await until(() => {
      for (const rig of consoles) expect(view(rig, id)?.effect.state).toBe('requested');
    });
    const [pull] = await pulls(id);
    expect(pull?.title).toBe('Apply the freeze of production');
    expect(pull?.body).not.toMatch(/(?<!`)@everyone|<b>|\u202e/);
    // Somebody adds an app meanwhile.
    await commitFiles(gitDir(), {
      [`${tagFolder}/staging/new-app`]: 'image_tag: v1\nautomatic_deploys_enabled: true\n',
    });
    await review(pull?.number ?? 0);
    await until(async () => expect(await pulls(id)).toHaveLength(2));
    const [more] = (await pulls(id)).filter(({ state }) => state === 'open');
    await review(more?.number ?? 0);
    await until(async () => {
      for (const flag of Object.values(await flags())) expect(flag).toBe('false');
      for (const rig of consoles) expect(Object.keys(view(rig, id)?.request ?? {})).toEqual([]);
    });

    // Its end comes on all of them at once.
    const change: FreezeIntent = {
      kind: 'change-freeze',
      freeze: id,
      scope: production,
      seen: null,
      manual: 'warn',
      until: new Date(Date.now() + 4_000).toISOString(),
    };
    expect((await ended(second().engine, start(second(), change))).failure).toBeNull();
    await until(async () => {
      expect((await pulls(id)).filter(({ state }) => state === 'open')).toHaveLength(1);
    });
    const [thaw] = (await pulls(id)).filter(({ state }) => state === 'open');
    expect(thaw?.title).toBe('Lift the freeze of production');
    await review(thaw?.number ?? 0);
    await until(() => {
      for (const rig of consoles) expect(view(rig, id)).toBeUndefined();
    });
    const { 'new-app': added, ...rest } = await flags();
    expect(added).toBe('true');
    expect(rest).toEqual(before);
    expect(await pulls(id)).toHaveLength(3);
    consoles.splice(consoles.indexOf(third), 1);
    await third.close();
  });

  it('is withdrawn without a trace; one that a reviewer closes is not asked for again, and says so', async () => {
    // The flags that the thaw before gave back: a console that has not read them yet finds nothing to ask for.
    for (const rig of consoles) unwrap(await rig.ledger.refresh());
    const scope = { ...production, app: 'frontend' };
    const withdrawn = start(first(), freezeOf({ scope }));
    await waiting(first(), withdrawn);
    await until(() => expect(view(second(), withdrawn)).toBeDefined());
    unwrap(first().engine.cancel(withdrawn));
    expect((await ended(first().engine, withdrawn)).state).toBe('cancelled');
    await until(() => {
      for (const rig of consoles) expect(view(rig, withdrawn)).toBeUndefined();
    });
    expect(await pulls(withdrawn)).toMatchObject([{ state: 'closed', merged_at: null }]);

    const closed = start(first(), freezeOf({ scope }));
    await practice.control.closePullRequest({ number: await waiting(first(), closed) });
    expect((await ended(first().engine, closed)).failure?.message).toMatch(/was closed on GitHub/);
    await until(() => {
      for (const rig of consoles)
        expect(view(rig, closed)).toMatchObject({
          phase: 'active',
          request: { state: 'closed' },
          needs: expect.stringMatching(/nobody asks again by itself\. Automatic deploys of 1 app go on\./),
        });
    });
    expect(await pulls(closed)).toHaveLength(1);
    const thaw = { kind: 'thaw', freeze: closed, scope, ended: false } as const;
    expect((await ended(second().engine, start(second(), thaw))).failure).toBeNull();
    expect(await pulls(closed)).toHaveLength(1);
  });
});
