import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunView } from '../../../shared/domain/actions/run-view';
import type { ArgoSystem } from '../../../shared/domain/estate/argo-servers';
import { clusterOf } from '../../../shared/domain/estate/cluster-of';
import type { Estate } from '../../../shared/domain/estate/estate';
import { parseEstate } from '../../../shared/domain/estate/parse-estate';
import type { Failure, Result } from '../../../shared/domain/failure/failure';
import type { Operation } from '../../../shared/domain/operation/operation';
import type { HealthObservation } from '../../../shared/domain/preflight/rollback-target';
import type { Announce } from '../../announcements/announce';
import type { Ledger } from '../../ledger/ledger';
import { openLedger } from '../../ledger/open-ledger';
import { type Log, noLog } from '../../log/log';
import { type ArgoServerDoors, observeCluster } from '../../observation/observe-cluster';
import { recordHealth } from '../../observation/recorder';
import type { Cluster } from '../../observation/types';
import { connectServer } from '../../systems/argo/server/server-connection';
import { createGitHub } from '../../systems/github/github-client';
import { createGitHubSources } from '../../systems/github/github-sources';
import { createPullRequests } from '../../systems/github/pull-requests';
import { createRepoRights } from '../../systems/github/repo-rights';
import { createRunDetails } from '../../systems/github/run-details';
import { createWorkflowRuns } from '../../systems/github/workflow-dispatch';
import { connect } from '../../systems/kubernetes/connection';
import { createControlClient } from '../../systems/practice/control-client';
import { allEnvironments } from '../../systems/practice/environments';
import type { AppImages } from '../../systems/registry/app-images';
import type { PracticeProcess } from '../../testing/practice-process';
import type { boardKeeper } from '../board-keeper';
import { createEngine } from '../engine';
import type { Engine } from '../engine-types';
import type { Journal } from '../journal';
import type { Observations } from '../ports';
import type { Limits } from '../world';
import { gitHistory } from './git-history';

/** What of a running practice estate a console needs. */
export interface EstateAccess {
  estateFile: string;
  ledgerPassword: string;
  githubToken: string;
  /** The estate's control API: the console's person is signed in by it at Argo Workflows' own servers; left out: nowhere. */
  control?: { url: string; token: string };
  /** No Kubernetes API is asked: all is seen and done through Argo's own servers. */
  serversAlone?: boolean;
  /** The person is signed in at Argo's own servers from then on; left out: from the start. */
  signedIn?: Promise<unknown>;
}

/** @param estateFile another one than the estate wrote. */
export const accessTo = (
  { ready, credentials }: PracticeProcess,
  estateFile: string = ready.estateFile,
): EstateAccess => ({
  estateFile,
  ledgerPassword: credentials.ledger.password,
  githubToken: credentials.github.token,
  control: { url: ready.controlUrl, token: credentials.control.token },
});

/** A whole Signalbox without a window on an estate: the parts that main would wire. */
export interface Rig {
  engine: Engine;
  ledger: Ledger;
  estate: Estate;
  clusters: ReadonlyMap<string, Cluster>;
  /** Runs of GitHub Actions by operation, as they were seen last, and logs of their jobs. */
  seenRuns: ReadonlyMap<string, RunView>;
  jobLogs: ReadonlyMap<number, string>;
  close(): Promise<void>;
}

export function unwrap<T, F extends Failure>(result: Result<T, F>): T {
  if (!result.ok)
    throw new Error(`${result.failure.code}: ${result.failure.message} ${result.failure.detail ?? ''}`);
  return result.value;
}

/** Observations in memory. */
function memoryObservations(): Observations & {
  add(app: string, environment: string, observation: HealthObservation): void;
} {
  const all = new Map<string, readonly HealthObservation[]>();
  const none: readonly HealthObservation[] = [];
  return {
    of: (app, environment) => all.get(`${environment}/${app}`) ?? none,
    add: (app, environment, observation) => {
      const key = `${environment}/${app}`;
      all.set(key, [...(all.get(key) ?? none), observation]);
    },
  };
}

/** Argo Workflows' server, and Argo CD's where nothing else is asked. */
async function argoServers(
  { name, argo }: Estate['environments'][number],
  { control, serversAlone, signedIn }: EstateAccess,
): Promise<ArgoServerDoors> {
  const environment = allEnvironments.find((one) => one === name);
  if (!control || !environment) return {};
  const open = async (system: ArgoSystem, url: string) => {
    const { authorization } = await createControlClient(control).signInToArgo({ environment, system });
    const credential = { authorization, cookie: null };
    let isIn = signedIn === undefined;
    let waker = new AbortController();
    void signedIn?.then(() => {
      isIn = true;
      const before = waker;
      waker = new AbortController();
      before.abort();
    });
    const session = {
      credential: () => (isIn ? credential : null),
      ended: () => undefined,
      woken: () => waker.signal,
    };
    return connectServer({ place: { environment, system, url }, session });
  };
  const doors: ArgoServerDoors = {};
  if (argo?.workflows)
    doors.workflows = {
      connection: await open('argo-workflows', argo.workflows.url),
      isSignedIn: () => true,
    };
  if (argo?.cd && serversAlone) doors.cd = { connection: await open('argo-cd', argo.cd.url) };
  return doors;
}

/**
 * Opens a Signalbox on an estate, with files under `folder`; does not recover by itself.
 * @param options.watch environments whose clusters are watched; all when left out
 */
export async function openRig(
  access: EstateAccess,
  folder: string,
  options: {
    limits?: Partial<Limits>;
    watch?: readonly string[];
    name?: string;
    /** Whether the console's autopilot is on from the start. */
    autopilot?: boolean;
    /** Whether GitHub is asked for the person's rights; left out: it is. */
    asksRights?: boolean;
    images?: AppImages;
    openJournal?: (file: string, now: () => Date) => Journal;
    keepBoard?: typeof boardKeeper;
    /** The console's clock; left out: the real one. */
    now?: () => Date;
    announce?: Announce;
    log?: Log;
    /** Whether the release repo is away: what the mirror has from before is all that there is. */
    offline?: boolean;
  } = {},
): Promise<Rig> {
  await mkdir(folder, { recursive: true });
  const estate = unwrap(parseEstate(await readFile(access.estateFile, 'utf8')));
  const identity = { name: options.name ?? 'Ada Morrow', email: 'ada@example.invalid' };
  const ledger = unwrap(
    await openLedger({
      estate,
      dir: path.join(folder, 'mirror'),
      credentials: async () => ({ username: 'x-access-token', password: access.ledgerPassword }),
      identity,
      // Each look is four processes, of the console and of the server: as often as a console in use looks, or nearly.
      pollMs: 1_000,
    }),
  );
  const refreshed = await ledger.refresh();
  if (!options.offline) unwrap(refreshed);
  ledger.start();
  const clusters = new Map<string, Cluster>();
  for (const environment of estate.environments) {
    const { name } = environment;
    const cluster = clusterOf(environment);
    if (!cluster || (options.watch && !options.watch.includes(name))) continue;
    clusters.set(
      name,
      observeCluster({
        connection:
          cluster.context === undefined || access.serversAlone
            ? null
            : await connect({ kubeconfig: [cluster.kubeconfig ?? ''], context: cluster.context }),
        place: { environment: name, ...cluster },
        argo: await argoServers(environment, access),
        log: noLog,
      }),
    );
  }
  const observations = memoryObservations();
  const stops = [...clusters.values()].map(({ view }) =>
    recordHealth({
      view,
      apps: () => [],
      now: () => new Date().toISOString(),
      record: ({ app, environment, version, what, at }) =>
        observations.add(app, environment, { version, what, at }),
    }),
  );
  const github = estate.sources?.github;
  let autopilot = options.autopilot ?? false;
  const client = github && createGitHub({ apiUrl: github.apiUrl, token: async () => access.githubToken });
  const details = client ? createRunDetails(client) : null;
  const seenRuns = new Map<string, RunView>();
  const logs = new Map<number, string>();
  const engine = createEngine({
    estate,
    ledger,
    clusters,
    sources:
      github && client
        ? createGitHubSources({
            github: client,
            owner: github.owner,
            repos: estate.sources?.repos ?? {},
            memory: null,
            urlTemplate: estate.sources?.urlTemplate ?? '',
            now: Date.now,
          })
        : null,
    images: options.images ?? null,
    history: gitHistory(ledger, estate.ledger.imageTagPath),
    observations,
    workflowRuns: client ? createWorkflowRuns(client) : null,
    rights: client && options.asksRights !== false ? createRepoRights(client) : null,
    runWatch: details && {
      details,
      log: async (place, job, signal) => {
        const log = await details.log(place, job, signal);
        if (log.ok) logs.set(job, log.value.text);
        return log;
      },
      keep: (id, view) => seenRuns.set(id, view),
    },
    pullRequests: client ? createPullRequests(client) : null,
    consoleAutopilot: {
      get: () => autopilot,
      set: (_, on) => {
        autopilot = on;
      },
    },
    journalFile: path.join(folder, 'journal.sqlite'),
    identity: () => identity,
    ...(options.log ? { log: options.log } : {}),
    ...(options.limits ? { limits: options.limits } : {}),
    ...(options.openJournal ? { openJournal: options.openJournal } : {}),
    ...(options.keepBoard ? { keepBoard: options.keepBoard } : {}),
    ...(options.now ? { now: options.now } : {}),
    ...(options.announce ? { announce: options.announce } : {}),
  });
  return {
    engine,
    seenRuns,
    jobLogs: logs,
    ledger,
    estate,
    clusters,
    close: async () => {
      for (const stop of stops) stop();
      await engine.close();
      await Promise.all([...clusters.values()].map((cluster) => cluster.close()));
      await ledger.close();
    },
  };
}

/** Resolves with an operation as soon as it fits. Rejects, telling where it stands, when the time is over. */
export function operationWhen(
  engine: Engine,
  id: string,
  fits: (operation: Operation) => boolean,
  timeoutMs = 200_000,
): Promise<Operation> {
  return new Promise((resolve, reject) => {
    const stop = engine.onChange(() => look());
    const timer = setTimeout(() => {
      stop();
      reject(new Error(`it did not come to that: ${JSON.stringify(engine.get(id), null, 1)}`));
    }, timeoutMs);
    const look = (): void => {
      const operation = unwrap(engine.get(id));
      if (!fits(operation)) return;
      clearTimeout(timer);
      stop();
      resolve(operation);
    };
    look();
  });
}

/** Resolves with an operation at its end. */
export const ended = (engine: Engine, id: string, timeoutMs?: number): Promise<Operation> =>
  operationWhen(engine, id, ({ state }) => state !== 'running', timeoutMs);
