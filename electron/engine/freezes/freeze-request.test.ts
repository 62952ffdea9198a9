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
/** Three consoles; the first sees the clusters. */
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
  for (const [index, name] of ['Ada Morrow', 'Grace Okafor', 'Tom Baker'].entries()) {
    // Applications are seen at Argo CD's own servers: nobody there reads them by the Kubernetes API.
    const access = { ...accessTo(practice, file), serversAlone: index === 0 };
    const rig = await openRig(access, path.join(folder, `console-${index}`), {
      name,
      limits: { settle: 200, look: 60_000, stagger: 0, review: 300 },
      watch: index === 0 ? ['staging', 'production'] : [],
      announce: (one) => told.push(one),
    });
    consoles.push(rig);
    if (index === 0)
      unwrap(
        await (rig.ledger.recordsApart?.setUp({ operationId: uuidv7(), what: 'set up' }) ?? Promise.reject()),
      );
    unwrap(await rig.ledger.refresh());
    await rig.engine.recover();
  }
});
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
const tagFolder = 'charts/app-config/image-tags';
async function flags(): Promise<Record<string, string>> {
  const gitDir = path.join(folder, 'estate', 'repos', 'alphagov', 'govuk-helm-charts.git');
  const { stdout } = await runGit(
    ['grep', '-I', '-e', 'automatic_deploys_enabled', 'main', '--', `${tagFolder}/staging`],
    { gitDir },
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

describe('a freeze where only a reviewed pull request changes the flags, and records lie apart', () => {
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
      /[a-z]+$/.exec(head.ref)?.[0],
      merged_at !== null,
    ]);
    expect(made.sort()).toEqual([
      ['freeze', true],
      ['thaw', true],
    ]);
    expect(told.map((one) => one.id)).toEqual([`freeze ${id} set`, `freeze ${id} lifted`]);
  });
});
