import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { Estate } from '../../shared/domain/estate/estate';
import { noLog } from '../log/log';
import type { EstateChoice } from '../session/estates/choice';
import { connectedEstates, connectedId } from '../session/estates/connected';
import { type FollowedChanges, followEstateFile } from '../session/estates/estate-changes';
import { createLifecycle, type Lifecycle, type Openable } from '../session/estates/lifecycle';
import { openSession, type Session } from '../session/open-session';
import { credentialStore } from './credential-store';
import { findEstate } from './estate-source';
import { memoryFile, testKeychain } from './testing/keychain';
import { openVault } from './vault';

type Open = Openable & { session: Session };

/** Everything is real but the window: the estate is opened and followed as the app does it, from files that are changed. */
let folder: string;
let lifecycle: Lifecycle<EstateChoice, Open>;
let changes: FollowedChanges;
let held: string[];
let openings: number;
/** The server that the estate knows, and the one that a change names. */
let known: Server;
let other: Server;
let asked: string[];

const listen = async (name: string): Promise<Server> => {
  const server = createServer((request, response) => {
    asked.push(name);
    request.resume();
    response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
};
const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const at = (...names: string[]): string => path.join(folder, ...names);
const git = (repo: string, ...args: string[]) =>
  execFileSync('git', ['-C', at(repo), '-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], {
    stdio: 'pipe',
  });

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'signalbox-changes-'));
  asked = [];
  held = [];
  openings = 0;
  known = await listen('known');
  other = await listen('other');
  for (const repo of ['ledger', 'moved']) {
    await mkdir(at(repo, 'tags', 'staging'), { recursive: true });
    await writeFile(at(repo, 'tags', 'staging', 'app'), 'image_tag: v1\n');
    git(repo, 'init', '--quiet', '--initial-branch=main');
    git(repo, 'add', '.');
    git(repo, 'commit', '--quiet', '-m', 'Begin');
  }
  await writeFile(at('login.sh'), `#!/bin/sh\ntouch '${at('ran')}'\n`, { mode: 0o700 });
  await writeFile(
    at('kubeconfig'),
    stringify({
      clusters: ['known', 'other'].map((name) => ({
        name,
        cluster: { server: urlOf(name === 'known' ? known : other) },
      })),
      users: [{ name: 'u', user: {} }],
      contexts: ['known', 'other'].map((name) => ({ name, context: { cluster: name, user: 'u' } })),
    }),
  );
  const connected = connectedEstates(at('data'));
  const pinned = new Map<string, Estate>();
  const credentials = credentialStore(openVault(memoryFile(), testKeychain()));
  lifecycle = createLifecycle<EstateChoice, Open>(
    async (choice) => {
      openings += 1;
      const source = await findEstate(choice, {
        userData: at('data'),
        practice: {
          source: () => Promise.reject(new Error('not here')),
          stop: async () => undefined,
        } as never,
        connected,
        takeTyped: () => null,
        takeAgreed: (file) => {
          const estate = pinned.get(file) ?? null;
          pinned.delete(file);
          return estate;
        },
        credentials,
        fetch,
        openPage: () => undefined,
        log: noLog,
      });
      const session = await openSession({
        ...source.estate,
        dir: at('data'),
        identity: () => ({ name: 'A', email: 'a@example.org' }),
        log: noLog,
      });
      return { session, heldBy: () => held, close: () => session.close() };
    },
    (error) => {
      throw error;
    },
  );
  changes = followEstateFile({
    lifecycle,
    connected,
    agree: (file, estate) => pinned.set(file, estate),
    log: noLog,
  });
});
afterEach(async () => {
  changes.close();
  await lifecycle.close({ anyway: true });
  for (const server of [known, other]) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
});

/** An estate file; `cluster` and `more` over what it says usually. */
const estateText = (name: string, cluster: object = {}, more: object = {}): string =>
  stringify({
    name,
    ledger: { url: at('ledger'), imageTagPath: 'tags/{environment}/{app}' },
    environments: [
      { name: 'staging', cluster: { context: 'known', kubeconfig: at('kubeconfig'), ...cluster } },
    ],
    pipelines: [{ name: 'apps', kind: 'apps', environments: ['staging'] }],
    ...more,
  });
/** Saved as editors save: another file takes its place. */
const save = async (text: string): Promise<void> => {
  await writeFile(at('signalbox.yaml.new'), text);
  await rename(at('signalbox.yaml.new'), at('signalbox.yaml'));
};
const begin = async (text = estateText('first')): Promise<void> => {
  await save(text);
  await lifecycle.open({ kind: 'file', path: at('signalbox.yaml') });
};
const session = (): Session | null => lifecycle.current()?.session ?? null;
/** Agrees to what is shown now. */
const accept = async (): Promise<void> => {
  const change = changes.now();
  if (change?.state !== 'asks') throw new Error('nothing is asked');
  await changes.accept({ hosts: change.hosts, commands: change.commands });
};
const name = (): string | null => session()?.estate.name ?? null;

describe('a change of the estate file on this computer', () => {
  it('is applied without a restart, and everything is opened anew by it once', async () => {
    await begin();
    await save(estateText('second', {}, { environments: [{ name: 'staging' }, { name: 'live' }] }));
    await expect.poll(name).toBe('second');
    expect(session()?.estate.environments.map((one) => one.name)).toEqual(['staging', 'live']);
    expect(openings).toBe(2);
    expect(changes.now()).toBeNull();
  });

  it('that names a new host is asked about first, and nothing is sent there before', async () => {
    await begin();
    await save(
      estateText('second', {}, { environments: [{ name: 'staging', argo: { cd: { url: urlOf(other) } } }] }),
    );
    await expect
      .poll(() => changes.now())
      .toMatchObject({
        state: 'asks',
        hosts: [new URL(urlOf(other)).host],
        commands: [],
      });
    expect(name()).toBe('first');
    expect(asked).not.toContain('other');
    await accept();
    expect(name()).toBe('second');
    expect(changes.now()).toBeNull();
  });

  it('that leads to another cluster of the kubeconfig is asked about first', async () => {
    await begin();
    await expect.poll(() => asked).toContain('known');
    await save(estateText('second', { context: 'other' }));
    await expect
      .poll(() => changes.now())
      .toMatchObject({
        state: 'asks',
        hosts: [expect.stringMatching(/^the cluster other of .*kubeconfig$/)],
      });
    expect(asked).not.toContain('other');
    await accept();
    await expect.poll(() => asked).toContain('other');
  });

  it('that names a command is asked about first, and the command waits for its own question after that', async () => {
    await begin();
    await save(estateText('second', { exec: { wrapper: [at('login.sh'), 'a b', '--'] } }));
    await expect
      .poll(() => changes.now())
      .toMatchObject({
        state: 'asks',
        hosts: [],
        commands: [`${at('login.sh')} 'a b' --`],
      });
    expect(existsSync(at('ran'))).toBe(false);
    await accept();
    expect(name()).toBe('second');
    expect(existsSync(at('ran'))).toBe(false);
  });

  it('that names another release repo is asked about, also where it lies on this computer', async () => {
    await begin();
    const moved = { ledger: { url: at('moved'), imageTagPath: 'tags/{environment}/{app}' } };
    await save(estateText('second', {}, moved));
    await expect
      .poll(() => changes.now())
      .toMatchObject({
        state: 'asks',
        hosts: [`the release repo ${at('moved')}`],
      });
    await accept();
    expect(session()?.estate.ledger.url).toBe(at('moved'));
    await expect.poll(async () => (await session()?.ledger.refresh())?.ok).toBe(true);
  });

  it('that can\u2019t be read keeps what was open, and says line and column', async () => {
    await begin();
    await save(`${estateText('second')}enviroments: []\n`);
    await expect
      .poll(() => changes.now())
      .toMatchObject({
        state: 'broken',
        failure: {
          message: expect.stringMatching(/signalbox\.yaml, line \d+, column 1: .*enviroments/),
          place: { line: expect.any(Number) },
        },
      });
    await save('name: [\n');
    await expect.poll(() => JSON.stringify(changes.now())).toMatch(/line \d+, column \d+/);
    expect(name()).toBe('first');
    expect(openings).toBe(1);
    await rm(at('signalbox.yaml'));
    await expect.poll(() => JSON.stringify(changes.now())).toContain('can\u2019t be read');
    expect(JSON.stringify(changes.now())).not.toContain('--estate');
    expect(name()).toBe('first');
    await save(estateText('first'));
    await expect.poll(() => changes.now()).toBeNull();
    expect(openings).toBe(1);
    await save(estateText('third'));
    await expect.poll(name).toBe('third');
  });

  it('of two in a row, the last one counts, also when it comes while the first is being opened', async () => {
    await begin();
    await save(estateText('second'));
    await expect.poll(() => lifecycle.now().phase).toBe('switching');
    await save(estateText('third'));
    await expect.poll(name).toBe('third');
    await save(estateText('fourth'));
    await save(estateText('fifth'));
    await expect.poll(name).toBe('fifth');
    expect(changes.now()).toBeNull();
  });

  it('waits while something can\u2019t be interrupted, and what it then says is looked at anew', async () => {
    await begin();
    held = ['Deploy bag 19'];
    await save(estateText('second'));
    await expect.poll(() => changes.now()).toEqual({ state: 'waits', because: 'Deploy bag 19' });
    // Meanwhile it becomes one that has to be asked about: that it waited gives it no permission.
    await save(estateText('third', { context: 'other' }));
    await expect.poll(() => changes.now()?.state).toBe('asks');
    held = [];
    // And one that is broken: what waited is not applied in its place.
    held = ['Deploy bag 19'];
    await save(estateText('fourth'));
    await expect.poll(() => changes.now()?.state).toBe('waits');
    await save('name: [\n');
    await expect.poll(() => changes.now()?.state).toBe('broken');
    held = [];
    await save(estateText('fifth'));
    await expect.poll(name).toBe('fifth');
    // Nothing in between was opened.
    expect(openings).toBe(2);
    expect(asked).not.toContain('other');
  });

  it('does not close the estate under an operation that somebody watches: it is applied after that', async () => {
    await begin();
    await expect.poll(async () => (await session()?.ledger.refresh())?.ok).toBe(true);
    const started = session()?.engine.start(
      { kind: 'nudge', app: 'app', environment: 'staging', version: 'v1' },
      [],
    );
    if (!started?.ok) throw new Error('not started');
    const id = started.value.operationId;
    await save(estateText('second'));
    await expect
      .poll(() => changes.now())
      .toEqual({ state: 'waits', because: 'Refresh and sync app v1 in staging' });
    expect(name()).toBe('first');
    expect(session()?.engine.get(id)).toMatchObject({ ok: true, value: { state: 'running' } });
    session()?.engine.cancel(id);
    await expect.poll(name).toBe('second');
    expect(openings).toBe(2);
  });

  it('is applied at once by a person who agrees to it, whatever is watched: it may be what the operation needs', async () => {
    await begin();
    await expect.poll(async () => (await session()?.ledger.refresh())?.ok).toBe(true);
    session()?.engine.start({ kind: 'nudge', app: 'app', environment: 'staging', version: 'v1' }, []);
    await save(estateText('second', { context: 'other' }));
    await expect.poll(() => changes.now()?.state).toBe('asks');
    await accept();
    expect(name()).toBe('second');
  });

  it('is applied as it was shown: what the file says by then is another change', async () => {
    await begin();
    await save(estateText('second', { context: 'other' }));
    await expect.poll(() => changes.now()?.state).toBe('asks');
    // Swapped behind the question.
    await save(estateText('evil', { exec: { wrapper: [at('login.sh')] } }));
    await accept();
    expect(name()).toBe('second');
    await expect.poll(() => changes.now()).toMatchObject({ state: 'asks', commands: [at('login.sh')] });
    expect(name()).toBe('second');
    // Nor does a click that was meant for another question allow it.
    await expect(changes.accept({ hosts: [], commands: [] })).rejects.toMatchObject({
      failure: { message: 'The estate file changed again meanwhile.' },
    });
    expect(name()).toBe('second');
    expect(existsSync(at('ran'))).toBe(false);
  });
});

describe('a change of the estate file in the release repo', () => {
  const push = async (text: string): Promise<void> => {
    await writeFile(at('ledger', 'signalbox.yaml'), text);
    git('ledger', 'add', '.');
    git('ledger', 'commit', '--quiet', '-m', 'Change');
  };
  const connect = async (): Promise<void> => {
    const text = estateText('first');
    await push(text);
    const id = connectedId(at('ledger'), 'main');
    const store = connectedEstates(at('data'));
    store.set(id, { text, fromRepo: true, amendment: { ledger: { url: at('ledger'), branch: 'main' } } });
    await lifecycle.open({ kind: 'connected', id });
    session()?.ledger.start();
  };
  const saved = async (): Promise<string> =>
    readFile(at('data', 'connected', `${connectedId(at('ledger'), 'main')}.json`), 'utf8');

  it('is applied as soon as the branch moves, and kept for the next start', async () => {
    await connect();
    await push(estateText('second'));
    await expect.poll(name).toBe('second');
    expect(await saved()).toContain('second');
  });

  it('is asked about first where it names a host or a command, and is not kept before', async () => {
    await connect();
    await push(estateText('second', { context: 'other', exec: { wrapper: [at('login.sh')] } }));
    await expect.poll(() => changes.now()).toMatchObject({ state: 'asks', commands: [at('login.sh')] });
    expect(await saved()).not.toContain('second');
    expect(asked).not.toContain('other');
    // As after a restart: what was not allowed is asked about again.
    const { choice } = lifecycle.now();
    await lifecycle.close();
    if (choice) await lifecycle.open(choice);
    expect(name()).toBe('first');
    await expect.poll(() => changes.now()?.state).toBe('asks');
    await accept();
    expect(name()).toBe('second');
    expect(await saved()).toContain('second');
    expect(existsSync(at('ran'))).toBe(false);
  });

  it('that can\u2019t be read keeps what was open, and a renamed repo stays where the person found it', async () => {
    await connect();
    await push('name: [\n');
    await expect.poll(() => changes.now()?.state).toBe('broken');
    expect(name()).toBe('first');
    await push(
      estateText(
        'second',
        {},
        { ledger: { url: 'https://elsewhere.example.org/x.git', imageTagPath: 'tags/{environment}/{app}' } },
      ),
    );
    await expect.poll(name).toBe('second');
    expect(session()?.estate.ledger.url).toBe(at('ledger'));
  });
});
