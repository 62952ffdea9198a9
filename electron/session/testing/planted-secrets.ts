import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import path from 'node:path';
import { expect } from 'vitest';
import { stringify } from 'yaml';
import { procedures } from '../../../shared/contract/contract';
import { procedureNames } from '../../../shared/contract/names';
import { usualDesktop } from '../../../shared/contract/session';
import { defaultBoardSettings } from '../../../shared/domain/board/board-view';
import { estateSchema } from '../../../shared/domain/estate/estate';
import { dispatch } from '../../ipc/dispatcher';
import { commitFiles, tagFile, tagPath } from '../../ledger/testing/release-repo';
import { listenOnLoopback } from '../../practice/estate/listen-on-loopback';
import { startGitServer } from '../../practice/git/server';
import { startLog } from '../../shell/log-file';
import { initBare } from '../../systems/git/init';
import { processesWith } from '../../testing/processes-with';
import { passingAnnouncements } from '../announcements/announcement-store';
import { saveDiagnostics, takeDiagnostics } from '../diagnostics';
import { createHandlers } from '../handlers';
import { openSession } from '../open-session';

const base64url = (text: string): string => Buffer.from(text).toString('base64url');

/** What is planted. Nothing of it looks like a token of any service, but where that service demands it. */
export const planted = {
  git: 'planted/git+Zx81kQ=pw',
  github: 'planted-github-Jd72mW',
  kubeconfig: 'planted-kubeconfig-Rt55aB',
  exec: 'planted-exec-plugin-Yc09vN',
  argo: `${base64url('{"alg":"none","planted":1}')}.${base64url('{"sub":"planted-argo-Lk30xS"}')}.plantedsignature`,
  slack: 'planted-slack-Gh64tE',
  release: 'planted-release-Pw17uC',
  concourse: 'planted-concourse-Vb28qD',
} as const;
type Planted = keyof typeof planted;

/** The forms in which each could be found: as it is, base64 at each of three places, and in a URL. */
function formsOf(secret: string): string[] {
  const shifted = ['', 'a', 'aa'].map((before) => {
    const text = Buffer.from(before + secret)
      .toString('base64')
      .replace(/=+$/, '');
    // Without the characters that what stands before and after has a part in.
    return text.slice(before === '' ? 0 : 4, -4);
  });
  return [...new Set([secret, encodeURIComponent(secret), ...shifted])];
}

const whoseIn = (text: string): Planted[] =>
  (Object.entries(planted) as [Planted, string][]).flatMap(([name, secret]) =>
    formsOf(secret).some((form) => text.includes(form)) ? [name] : [],
  );

/** A server that refuses everything, and repeats in its refusal all that it was sent. */
function repeat(incoming: IncomingMessage, response: ServerResponse, heard: Set<Planted>): void {
  const { authorization = '', cookie = '' } = incoming.headers;
  const basic = /^Basic (.*)$/.exec(authorization)?.[1];
  const plain = basic ? Buffer.from(basic, 'base64').toString('utf8') : '';
  const message = `bad request ${incoming.url} with "${authorization}" ${cookie} ${plain}`;
  for (const name of whoseIn(message)) heard.add(name);
  response.writeHead(incoming.url?.startsWith('/git/') ? 403 : 400, {
    'content-type': incoming.url?.startsWith('/git/') ? 'text/plain' : 'application/json',
  });
  response.end(
    JSON.stringify({
      kind: 'Status',
      apiVersion: 'v1',
      status: 'Failure',
      code: 400,
      message,
      error: message,
    }),
  );
}

/**
 * Uses an estate whose servers repeat every secret that they are sent, as a release manager would, and looks for the
 * secrets in all that it leaves and shows.
 * @returns `sent`: what really went to a server; `found`: what was found, and where.
 */
export async function usePlanted(folder: string): Promise<{ sent: Planted[]; found: string[] }> {
  const repos = path.join(folder, 'repos');
  const repo = path.join(repos, 'o', 'release.git');
  await mkdir(path.dirname(repo), { recursive: true });
  await initBare(repo, 'main');
  await commitFiles(repo, {
    [tagPath('staging', 'frontend')]: tagFile('v1'),
    [tagPath('production', 'frontend')]: tagFile('v1'),
  });
  const gitServer = await startGitServer({
    root: repos,
    tokens: { [planted.git]: { login: 'robin', write: true } },
  });
  const heard = new Set<Planted>();
  let isBroken = false;
  const front = createServer((incoming, response) => {
    const { url = '' } = incoming;
    if (!url.startsWith('/git/') || isBroken) return repeat(incoming, response, heard);
    const basic = Buffer.from(
      (incoming.headers.authorization ?? '').replace('Basic ', ''),
      'base64',
    ).toString();
    for (const name of whoseIn(basic)) heard.add(name);
    const passed = request(
      {
        port: gitServer.port,
        host: '127.0.0.1',
        path: url.slice('/git'.length),
        method: incoming.method,
        headers: incoming.headers,
      },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      },
    );
    passed.on('error', () => response.destroy());
    incoming.pipe(passed);
  });
  const { port, close } = await listenOnLoopback(front);
  const base = `http://127.0.0.1:${port}`;

  const place = (name: string): string => path.join(folder, name);
  await writeFile(
    place('login.sh'),
    `#!/bin/sh\necho '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"${planted.exec}"}}'\n`,
  );
  await chmod(place('login.sh'), 0o700);
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: place('login.sh'),
    interactiveMode: 'Never',
  };
  await writeFile(
    place('kubeconfig'),
    stringify({
      clusters: [{ name: 'c', cluster: { server: `${base}/kube` } }],
      users: [
        { name: 'token', user: { token: planted.kubeconfig } },
        { name: 'exec', user: { exec } },
      ],
      contexts: ['token', 'exec'].map((user) => ({ name: user, context: { cluster: 'c', user } })),
    }),
  );
  const estate = estateSchema.parse({
    name: 'Planted',
    ledger: { url: `${base}/git/o/release.git`, github: { apiUrl: `${base}/github`, owner: 'o', repo: 'r' } },
    environments: [
      { name: 'staging', cluster: { context: 'exec', kubeconfig: place('kubeconfig') } },
      {
        name: 'production',
        cluster: { context: 'token', kubeconfig: place('kubeconfig') },
        argo: { cd: { url: `${base}/argocd` } },
      },
      { name: 'notify' },
    ],
    pipelines: [
      { name: 'govuk', kind: 'apps', environments: ['staging', 'production'] },
      {
        name: 'notify',
        kind: 'concourse',
        environments: ['notify'],
        url: base,
        stages: { notify: { team: 'main' } },
      },
    ],
    announce: {
      slack: { channels: [{ channel: '#deploys' }] },
      release: { url: `${base}/release`, owner: 'o' },
    },
  });

  // Not below the folder of the kubeconfig, which rightly holds one of them.
  const userData = place('data');
  const { log, file: logFile, faults } = startLog(userData);
  const session = await openSession({
    estate,
    mode: 'practice',
    dir: userData,
    inPlace: false,
    identity: () => ({ name: 'Ada', email: 'ada@example.org' }),
    ledgerCredentials: async () => ({ username: 'robin', password: planted.git }),
    githubToken: async () => planted.github,
    concourseSecret: async () => ({ account: null, secret: planted.concourse }),
    accounts: {
      get: () => ({
        authorization: `Bearer ${planted.argo}`,
        cookies: [],
        name: 'ada',
        by: 'token',
        expires: null,
      }),
      set: () => null,
    },
    announcements: passingAnnouncements({
      slack: `${base}/services/T00000000/B00000000/${planted.slack}`,
      release: planted.release,
    }),
    log,
  });
  const found: string[] = [];
  const look = (where: string, text: string): void => {
    for (const name of whoseIn(text)) found.push(`${name} in ${where}`);
  };
  const settings = {
    board: defaultBoardSettings,
    colourScheme: 'auto' as const,
    signCommits: false,
    notifications: true,
    desktop: usualDesktop,
    identity: { name: 'Ada', email: 'a@example.org' },
  };
  const handlers = createHandlers(session, {
    own: { userData, logFile, faults },
    app: { version: '', runtime: '', chromium: '', node: '', platform: '', fallbackRuntime: false },
    settings: { get: () => settings },
    openMail: () => true,
    chooseSaveFile: async () => null,
    practice: null,
    credentials: { describe: () => ({ unavailableBecause: null, credentials: [] }), set: () => {} },
  });
  const ask = async (name: (typeof procedureNames)[number], input: unknown): Promise<void> => {
    const answer = await dispatch(
      async () => handlers,
      name,
      input,
      (what, error) => log('error', 'ipc.failed', { what, error }),
    );
    look(`the answer to ${name}`, JSON.stringify(answer));
  };
  const askEverything = async (): Promise<void> => {
    for (const name of procedureNames)
      if (procedures[name].kind === 'query' && name in handlers)
        for (const input of [
          {},
          { app: 'frontend' },
          { app: 'frontend', environment: 'production' },
          { environment: 'production' },
        ])
          if (procedures[name].input.safeParse(input).success) await ask(name, input);
  };
  await session.ledger.refresh();
  for (const destination of ['slack', 'release'] as const)
    await ask('announcements.switch', { destination, on: true, host: base });
  const started = session.engine.start(
    { kind: 'hold', app: 'frontend', environment: 'production', reason: 'For the test' },
    [],
  );
  expect(started).toMatchObject({ ok: true });
  await ask('announcements.write', {
    text: 'Hello',
    details: '',
    environments: ['production'],
    apps: ['frontend'],
    requestId: '00000000-0000-4000-8000-000000000000',
  });
  for (const name of ['ledger', 'github', `concourse ${base}`] as const)
    await ask('credentials.test', { name });
  for (const destination of ['slack', 'release'] as const) await ask('announcements.test', { destination });
  for (const system of ['argo-cd', 'argo-workflows'] as const)
    await ask('argo-servers.test', { environment: 'production', system });
  await expect.poll(() => [...heard].sort()).toEqual(Object.keys(planted).sort());
  found.push(...(await processesWith(Object.values(planted).flatMap(formsOf))));
  await askEverything();
  isBroken = true;
  const refused = await session.ledger.refresh();
  look('the failure of a fetch', JSON.stringify(refused));
  await ask('credentials.test', { name: 'ledger' });
  await askEverything();

  const bundle = place('diagnostics.txt');
  await saveDiagnostics(
    bundle,
    await takeDiagnostics(
      session,
      { version: '', runtime: '', chromium: '', node: '', platform: '', fallbackRuntime: false },
      { userData, logFile, faults },
    ),
    { userData, logFile, faults },
  );
  look('the diagnostics', await readFile(bundle, 'utf8'));
  await session.close();
  for (const entry of await readdir(userData, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    look(path.relative(userData, file), await readFile(file, 'latin1'));
  }
  await close();
  await gitServer.close();
  return { sent: [...heard], found: [...new Set(found)] };
}
