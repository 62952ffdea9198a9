import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, vi } from 'vitest';
import { stringify } from 'yaml';
import type { GivenConsent, WaitingConsent } from '../../../shared/domain/estate/consent';
import { noLog } from '../../log/log';
import { readEstateFile } from '../choose-estate';
import { openSession, type Session } from '../open-session';

/** An estate of somebody else's for each test: one environment `staging` on a server that tells which tokens it was shown. */
export interface ForeignEstate {
  /** The folder that everything of the test lies in. */
  readonly folder: string;
  /** A path in the estate's folder. */
  place(name: string): string;
  /** The server's address, and the values of `Authorization` that it got. */
  readonly url: string;
  readonly tokens: readonly (string | undefined)[];
  /** What was allowed so far. */
  readonly saved: readonly GivenConsent[];
  /** Whether a login of `script` ran. */
  ran(name?: string): boolean;
  /** Writes a login as an attacker writes it: `<name>.sh` leaves `<name>.ran` where it ran, and gives a token. */
  script(name: string, token: string): Promise<void>;
  kubeconfig(user: object, cluster?: object, name?: string): Promise<void>;
  /** Opens the estate, with these fields of its cluster. */
  open(cluster?: object): Promise<Session>;
  /** Opens what lies in a file, whatever it is. */
  openFile(file: string): Promise<Session>;
  close(session: Session): Promise<void>;
  /** Waits until something waits for the person, with the cluster told to be away because of it. */
  waiting(session: Session): Promise<WaitingConsent>;
}

/** `users[].user` with a command. */
export const execUser = (command: string, args: string[] = [], more: object = {}) => ({
  exec: { apiVersion: 'client.authentication.k8s.io/v1', interactiveMode: 'Never', command, args, ...more },
});

export function foreignEstateForEachTest(): ForeignEstate {
  let folder: string;
  let server: Server;
  let tokens: (string | undefined)[];
  let saved: readonly GivenConsent[];
  let opened: Session[];

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'signalbox-consent-'));
    await mkdir(path.join(folder, 'estate'));
    tokens = [];
    saved = [];
    opened = [];
    server = createServer((request, response) => {
      tokens.push(request.headers.authorization);
      response.writeHead(404, { 'content-type': 'application/json' }).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const repo = path.join(folder, 'ledger');
    execFileSync('git', ['init', '--quiet', '--initial-branch=main', repo]);
    const author = ['-c', 'user.name=A', '-c', 'user.email=a@example.org'];
    execFileSync('git', ['-C', repo, ...author, 'commit', '--quiet', '--allow-empty', '-m', 'Begin']);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
    vi.useRealTimers();
    await Promise.all(opened.map((session) => session.close()));
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  });

  const place = (name: string): string => path.join(folder, 'estate', name);
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const openFile = async (file: string): Promise<Session> => {
    const session = await openSession({
      estate: await readEstateFile(file),
      mode: 'real',
      dir: path.join(folder, 'data'),
      inPlace: false,
      identity: () => ({ name: 'A', email: 'a@example.org' }),
      ledgerCredentials: async () => null,
      githubToken: async () => null,
      consents: {
        get: () => saved,
        set: (given) => {
          saved = given;
        },
      },
      log: noLog,
    });
    opened.push(session);
    return session;
  };
  return {
    get folder() {
      return folder;
    },
    get url() {
      return url();
    },
    get tokens() {
      return tokens;
    },
    get saved() {
      return saved;
    },
    place,
    ran: (name = 'evil') => existsSync(place(`${name}.ran`)),
    async script(name, token) {
      const credential = {
        apiVersion: 'client.authentication.k8s.io/v1',
        kind: 'ExecCredential',
        status: { token },
      };
      await writeFile(
        place(`${name}.sh`),
        `#!/bin/sh\ntouch '${place(`${name}.ran`)}'\necho '${JSON.stringify(credential)}'\n`,
      );
      await chmod(place(`${name}.sh`), 0o700);
    },
    kubeconfig: (user, cluster = {}, name = 'kubeconfig') =>
      writeFile(
        place(name),
        stringify({
          clusters: [{ name: 'c', cluster: { server: url(), ...cluster } }],
          users: [{ name: 'u', user }],
          contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
        }),
      ),
    async open(cluster = { kubeconfig: 'kubeconfig' }) {
      await writeFile(
        place('signalbox.yaml'),
        stringify({
          name: 'Somebody’s',
          ledger: { url: path.join(folder, 'ledger') },
          environments: [{ name: 'staging', cluster: { context: 'c', ...cluster } }],
        }),
      );
      return openFile(place('signalbox.yaml'));
    },
    openFile,
    async close(session) {
      opened = opened.filter((one) => one !== session);
      await session.close();
    },
    async waiting(session) {
      await expect.poll(() => session.consents.waiting().length).toBe(1);
      await expect
        .poll(() => session.clusters.get('staging')?.view.freshness())
        .toMatchObject({
          state: 'unreachable',
          failure: {
            code: 'consent-needed',
            message: expect.stringContaining('is waiting for your permission'),
          },
        });
      const [request] = session.consents.waiting();
      if (!request) throw new Error('nothing waits');
      return request;
    },
  };
}
