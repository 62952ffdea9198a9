import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { stringify } from 'yaml';
import type { ParsedInputOf } from '../../../shared/contract/contract';
import type { Estates } from '../../../shared/contract/estates';
import { FailureError } from '../../../shared/domain/failure/failure';
import { noLog } from '../../log/log';
import { noSshServerBecause, startSshServer } from '../../systems/ssh/testing/ssh-server';
import type { EstateChoice } from '../estates/choice';
import { connectedEstates, estateOf } from '../estates/connected';
import { createLifecycle, type Openable } from '../estates/lifecycle';
import { connectHandlers, type TypedSecret } from './connect-handlers';

let folder: string;
let repo: string;
let opened: EstateChoice[];
let typed: (TypedSecret | null)[];
const closing: (() => Promise<void>)[] = [];

const git = (...args: string[]) =>
  execFileSync('git', ['-C', repo, '-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], {
    stdio: 'pipe',
  });

async function commit(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(repo, name)), { recursive: true });
    await writeFile(path.join(repo, name), text);
  }
  git('add', '.');
  git('commit', '--quiet', '-m', 'Change');
}

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-connect-'));
  repo = path.join(folder, 'releases');
  await mkdir(repo);
  git('init', '--quiet', '--initial-branch=trunk');
  opened = [];
  typed = [];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  for (const close of closing.splice(0)) await close();
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

const userData = (): string => path.join(folder, 'data');

function connecting(chooseKubeconfig: () => Promise<string | null> = async () => null) {
  const lifecycle = createLifecycle<EstateChoice, Openable>(
    async (choice) => {
      opened.push(choice);
      return { heldBy: () => [], close: async () => undefined };
    },
    () => undefined,
  );
  return connectHandlers({
    userData: userData(),
    connected: connectedEstates(userData()),
    lifecycle,
    onFinish: (_id, secret) => typed.push(secret),
    chooseKubeconfig,
    estates: () =>
      ({ phase: 'open', estate: null, failure: null, recent: [], change: null }) satisfies Estates,
    log: noLog,
  });
}

const wish = (url: string, more: Partial<ParsedInputOf<'connect.look'>> = {}) => ({
  url,
  branch: null,
  imageTagPath: null,
  signIn: { by: 'nothing' as const },
  ...more,
});
const connection = (name: string, more: object = {}) => ({
  name,
  tier: 'standard' as const,
  context: null,
  wrapper: [],
  argoCd: null,
  argoWorkflows: null,
  ...more,
});
const failureOf = (work: unknown) =>
  Promise.resolve(work).then(
    () => null,
    (error: unknown) => (error instanceof FailureError ? error.failure : error),
  );
const file = {
  name: 'Harbour',
  ledger: {
    url: 'https://git.example.org/harbour/releases.git',
    imageTagPath: 'deploy/{environment}/{app}.yaml',
    records: { branch: 'console' },
  },
  environments: [
    {
      name: 'dev',
      cluster: {
        context: 'd',
        argoNamespace: 'delivery',
        exec: { wrapper: ['assume', '--'], env: { ROLE: 'dev' } },
      },
    },
    { name: 'live', tier: 'production', argo: { cd: { url: 'https://argo.example.org' } } },
  ],
  pipelines: [{ name: 'apps', kind: 'apps', environments: ['dev', 'live'] }],
};

describe('connecting', () => {
  it('finds GOV.UK’s layout, its environments in their order, on the repo’s own branch, and makes an estate of it', async () => {
    const tags = 'charts/app-config/image-tags';
    await commit(
      Object.fromEntries(
        ['production', 'integration', 'staging'].map((name) => [
          `${tags}/${name}/frontend`,
          'image_tag: v1\n',
        ]),
      ),
    );
    const handlers = connecting(async () => path.join(folder, 'kubeconfig'));
    await writeFile(
      path.join(folder, 'kubeconfig'),
      stringify({
        clusters: [{ name: 'c', cluster: { server: 'https://c.example.org' } }],
        users: [
          { name: 'u', user: { exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'aws' } } },
        ],
        contexts: [{ name: 'govuk-staging', context: { cluster: 'c', user: 'u' } }],
      }),
    );
    const look = await handlers['connect.look'](wish(`file://${repo}`));
    expect(look).toMatchObject({
      outcome: 'found',
      by: 'layout',
      branch: 'trunk',
      name: 'releases',
      environments: [
        { name: 'integration', tier: 'standard' },
        { name: 'staging' },
        { name: 'production', tier: 'production' },
      ],
      chain: ['integration', 'staging', 'production'],
    });
    expect(await handlers['connect.contexts']({ choose: true })).toEqual({
      file: expect.stringMatching(/kubeconfig$/),
      contexts: [{ name: 'govuk-staging', server: 'https://c.example.org', command: 'aws' }],
      problem: null,
    });
    await handlers['connect.finish']({
      name: 'Releases',
      environments: [
        connection('integration'),
        connection('staging', { context: 'govuk-staging', wrapper: ['gds', 'aws', 'r', '--'] }),
        connection('production', { tier: 'production', argoCd: 'https://argo.example.org' }),
      ],
      chain: ['integration', 'staging', 'production'],
      recordsBranch: 'signalbox',
      anyway: false,
    });
    const [choice] = opened;
    if (choice?.kind !== 'connected') throw new Error('nothing was opened');
    expect(estateOf(connectedEstates(userData()).get(choice.id))).toMatchObject({
      name: 'Releases',
      ledger: { url: `file://${repo}`, branch: 'trunk', records: { branch: 'signalbox' } },
      environments: [
        { name: 'integration' },
        {
          name: 'staging',
          cluster: {
            context: 'govuk-staging',
            kubeconfig: path.join(folder, 'kubeconfig'),
            exec: { wrapper: ['gds', 'aws', 'r', '--'] },
          },
        },
        { name: 'production', tier: 'production', argo: { cd: { url: 'https://argo.example.org' } } },
      ],
      pipelines: [{ kind: 'apps', environments: ['integration', 'staging', 'production'] }],
    });
  });

  it('takes the repo’s own estate file, tells what it reaches and runs, and lays over it what holds here alone', async () => {
    await commit({ 'signalbox.yaml': stringify(file) });
    const handlers = connecting();
    expect(await handlers['connect.look'](wish(`file://${repo}`))).toMatchObject({
      outcome: 'found',
      by: 'file',
      name: 'Harbour',
      environments: [
        { name: 'dev', context: 'd', wrapper: ['assume', '--'] },
        { name: 'live', tier: 'production', argoCd: 'https://argo.example.org' },
      ],
      hosts: ['argo.example.org'],
      commands: ['ROLE=dev assume --'],
    });
    await handlers['connect.finish']({
      name: 'ignored',
      environments: [connection('dev', { context: 'my-dev', wrapper: ['other', '--'] })],
      chain: [],
      recordsBranch: null,
      anyway: false,
    });
    const [choice] = opened;
    if (choice?.kind !== 'connected') throw new Error('nothing was opened');
    expect(estateOf(connectedEstates(userData()).get(choice.id))).toMatchObject({
      ledger: {
        url: `file://${repo}`,
        branch: 'trunk',
        imageTagPath: 'deploy/{environment}/{app}.yaml',
        records: { branch: 'console' },
      },
      environments: [
        {
          cluster: {
            context: 'my-dev',
            argoNamespace: 'delivery',
            exec: { wrapper: ['other', '--'], env: { ROLE: 'dev' } },
          },
        },
        { argo: { cd: { url: 'https://argo.example.org' } } },
      ],
    });
  });

  it('tells a mistake of the repo’s file by its line, and saves nothing', async () => {
    await commit({ 'signalbox.yaml': stringify(file).replace('imageTagPath', 'imageTagsPath') });
    const handlers = connecting();
    expect(await failureOf(handlers['connect.look'](wish(`file://${repo}`)))).toMatchObject({
      message: expect.stringMatching(
        /line 4, column 3: ledger\.imageTagsPath unknown key: did you mean "imageTagPath"\?/,
      ),
    });
    const finish = {
      name: 'x',
      environments: [connection('dev')],
      chain: [],
      recordsBranch: null,
      anyway: false,
    };
    expect(await failureOf(handlers['connect.finish'](finish))).toMatchObject({ code: 'not-found' });
    expect(opened).toEqual([]);
  });

  it.each([
    [
      'a wrapper',
      { exec: { wrapper: ['./gds', '--'] } },
      /the wrapper \u201c\.\/gds\u201d of dev is a relative path/,
    ],
    ['a wrapper further up', { exec: { wrapper: ['../bin/gds'] } }, /is a relative path/],
    [
      'a kubeconfig',
      { kubeconfig: 'kube/config' },
      /the kubeconfig \u201ckube\/config\u201d of dev is a relative path/,
    ],
  ])(
    'runs and reads nothing relative to where it was started from: %s in the repo\u2019s file',
    async (_, cluster, message) => {
      // What lies there is of nobody that the person chose.
      vi.spyOn(process, 'cwd').mockReturnValue(folder);
      await commit({
        'signalbox.yaml': stringify({
          ...file,
          environments: [{ name: 'dev', cluster: { context: 'd', ...cluster } }],
          pipelines: [],
        }),
      });
      const handlers = connecting();
      expect(await handlers['connect.look'](wish(`file://${repo}`))).toMatchObject({ outcome: 'found' });
      const finish = {
        name: 'x',
        environments: [connection('dev', { context: 'd' })],
        chain: [],
        recordsBranch: null,
        anyway: false,
      };
      expect(await failureOf(handlers['connect.finish'](finish))).toMatchObject({
        code: 'invalid-input',
        message: expect.stringMatching(message),
      });
      expect(opened).toEqual([]);
    },
  );

  it('says where it looked when there is neither, and finds another layout when it is told', async () => {
    await commit({ 'deploy/dev/web.yaml': 'image_tag: v1\n', 'deploy/live/web.yaml': 'image_tag: v1\n' });
    const handlers = connecting();
    expect(await handlers['connect.look'](wish(`file://${repo}`))).toMatchObject({ outcome: 'no-layout' });
    const found = await handlers['connect.look'](
      wish(`file://${repo}`, { imageTagPath: 'deploy/{environment}/{app}.yaml' }),
    );
    expect(found).toMatchObject({ outcome: 'found', chain: ['dev', 'live'] });
  });

  it.each([
    ['an option', '--upload-pack=x', 'must not begin with "-"'],
    ['a remote helper', 'ext::sh -c x', 'must not name a remote helper'],
    ['a token in the address', 'https://ghp_x@git.example.org/r.git', 'must not contain a user or token'],
  ])('refuses %s before anything is asked', async (_, url, sentence) => {
    const failure = await failureOf(connecting()['connect.look'](wish(url)));
    expect(failure).toMatchObject({ code: 'invalid-input', message: expect.stringContaining(sentence) });
  });

  it('takes what the person’s own Git has, when they choose it, and hands it on to be kept', async () => {
    const config = path.join(folder, 'gitconfig');
    await writeFile(
      config,
      '[credential]\n\thelper = "!f() { echo username=robin; echo password=from-own-git; }; f"\n',
    );
    vi.stubEnv('GIT_CONFIG_GLOBAL', config);
    const handlers = connecting();
    // Nobody listens there: what counts is that the credential was got, and is not in what is said.
    const failure = await failureOf(
      handlers['connect.look'](wish('http://127.0.0.1:9/r.git', { signIn: { by: 'git' } })),
    );
    expect(failure).toMatchObject({ code: expect.stringMatching(/unreachable|offline/) });
    expect(JSON.stringify(failure)).not.toContain('from-own-git');
  });

  it('connects to what was looked at last, also where a look that was begun before ends after it', async () => {
    await commit({ 'signalbox.yaml': stringify(file) });
    const config = path.join(folder, 'gitconfig');
    const go = path.join(folder, 'go');
    await writeFile(
      config,
      `[credential]\n\thelper = "!f() { until [ -e '${go}' ]; do sleep 0.05; done; echo username=robin; echo password=slow; }; f"\n`,
    );
    vi.stubEnv('GIT_CONFIG_GLOBAL', config);
    const handlers = connecting();
    const slow = failureOf(
      handlers['connect.look'](wish('http://127.0.0.1:9/other.git', { signIn: { by: 'git' } })),
    );
    expect(await handlers['connect.look'](wish(`file://${repo}`))).toMatchObject({ outcome: 'found' });
    await writeFile(go, '');
    expect(await slow).toMatchObject({ code: expect.stringMatching(/unreachable|offline/) });
    await handlers['connect.finish']({
      name: 'ignored',
      environments: [connection('dev')],
      chain: [],
      recordsBranch: null,
      anyway: false,
    });
    expect(typed).toEqual([null]);
    expect(opened).toHaveLength(1);
  });

  it.skipIf(noSshServerBecause() !== null)(
    'asks about a server over SSH that was never talked to, and reads the repo once it is confirmed',
    async () => {
      await commit({ 'signalbox.yaml': stringify(file) });
      const server = await startSshServer();
      closing.push(() => server.close());
      vi.stubEnv('GIT_SSH_COMMAND', server.environment.GIT_SSH_COMMAND);
      const handlers = connecting();
      const url = `ssh://${process.env.USER ?? 'root'}@127.0.0.1:${server.port}${repo}`;
      const look = await handlers['connect.look'](wish(url));
      const fingerprint = await server.fingerprint();
      expect(look).toMatchObject({ outcome: 'host-key', keys: [{ type: 'ssh-ed25519', fingerprint }] });
      expect(await failureOf(handlers['connect.trust-host']({ fingerprint: 'SHA256:other' }))).toMatchObject({
        code: 'refused',
      });
      await handlers['connect.trust-host']({ fingerprint });
      expect(await readFile(server.knownHosts, 'utf8')).toContain('ssh-ed25519');
      expect(await handlers['connect.look'](wish(url))).toMatchObject({ outcome: 'found', by: 'file' });
    },
  );
});
