import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import type { ArgoSystem } from '../../../shared/domain/estate/argo-servers';
import type { PracticeLogin } from '../../../shared/domain/practice/login';
import { allEnvironments, type EnvironmentName, environments } from '../../systems/practice/environments';
import type { PracticeCredentials } from '../../systems/practice/practice-ready';
import { type ArgoAccounts, argoAccounts } from '../argo-servers/accounts';
import { startArgoCdServer } from '../argo-servers/argo-cd/server';
import { startArgoWorkflowsServer } from '../argo-servers/argo-workflows/server';
import { type Dex, startDex } from '../argo-servers/dex';
import type { GatewayServer } from '../argo-servers/gateway-server';
import { type SignInPages, signInPages } from '../argo-servers/sign-in-pages';
import { type Certificates, makeCertificates } from '../cluster/certificates';
import { writeKubeconfig } from '../cluster/write-kubeconfig';
import { type PracticeConcourseServer, startPracticeConcourse } from '../concourse/practice-server';
import { type Controllers, startControllers } from '../controllers/start-controllers';
import { BareRepo } from '../git/bare-repo';
import { type GitServer, startGitServer } from '../git/server';
import type { TokenHolder } from '../git/token-access';
import { createActions } from '../github/actions';
import { createDeviceFlow } from '../github/device-flow';
import type { PullPlace } from '../github/pull-state';
import { createPulls, type Pulls } from '../github/pulls';
import { type GithubServer, startGithubServer } from '../github/server';
import type { PracticeClock } from '../ports';
import { type Receivers, startReceivers } from '../receivers/receivers-server';
import { refusalOfChange } from '../rights/branch-rules';
import { clusterGrant } from '../rights/cluster-role';
import { pullRules } from '../rights/pull-rules';
import { writeWhole } from '../whole-file';
import { AppFaults } from './app-faults';
import { isBagEnvironment, owner, releaseRepoName, seedApps, seedServices } from './apps';
import { createClock } from './clock';
import { type DeployContext, deployFile, deployStep } from './deploy-workflow';
import { bagSetups, deployedApps } from './deployed';
import { type EnvironmentCluster, openCluster } from './environment-cluster';
import { installDeployWorkflow } from './install-deploy-workflow';
import { bot, consoleUser, reviewer, rival } from './people';
import { providerTests, providerTestsFile } from './provider-tests';
import { gitDirOf, seedRepos } from './seed/seed';
import { type EstateState, freshState } from './state';
import { readJsonFile, type StatePaths } from './state-folder';
import { openReleaseRepo, type WatchedReleaseRepo } from './watched-release-repo';
import { wrappedUser, writeWrappedLogin } from './wrapped-login';

export type Clusters = Readonly<Record<EnvironmentName, EnvironmentCluster>>;

/** A running practice estate: servers, repos, clusters and what moves them. The control API is not part of it. */
export interface PracticeEstate {
  /** Whether the repos were seeded by this start. */
  readonly fresh: boolean;
  readonly clock: PracticeClock;
  readonly faults: AppFaults;
  readonly git: GitServer;
  readonly github: GithubServer;
  readonly repo: WatchedReleaseRepo;
  /** Pull requests of the release repo, for scenarios. */
  readonly pulls: Pulls;
  readonly pullPlace: PullPlace;
  /** The same repo by plumbing, also while a scenario keeps it from everybody else. */
  readonly releaseRepo: BareRepo;
  readonly clusters: Clusters;
  readonly controllers: Readonly<Record<EnvironmentName, Controllers>>;
  /** What is kept over a restart; faults are changed in it. */
  readonly state: EstateState;
  /** The accounts of one of an environment's Argo servers. */
  argoAccounts(environment: EnvironmentName, system: ArgoSystem): ArgoAccounts;
  /** The login of that server, to be asked before anything else that it serves; it checks nothing of the rest. */
  signInPages(environment: EnvironmentName, system: ArgoSystem): SignInPages;
  /** Argo CD's own server of each environment. */
  readonly argoCd: Readonly<Record<EnvironmentName, GatewayServer>>;
  /** The server of Argo Workflows in each environment. */
  readonly argoWorkflows: Readonly<Record<EnvironmentName, GatewayServer>>;
  /** The identity provider of Argo's servers: its host is to be among their `signInHosts`. */
  readonly dex: Dex;
  /** The Concourse that runs a pipeline beside the others. It begins anew at each start. */
  readonly concourse: PracticeConcourseServer;
  /** Slack, the Release app and a webhook. */
  readonly receivers: Receivers;
  /** Folder of an app's bare repo. */
  appRepo(app: string): BareRepo;
  /** Writes {@link state} to the state folder where it changed. */
  saveState(): Promise<void>;
  /** Writes everything to the state folder. */
  save(): Promise<void>;
  /** Stops everything; what it holds can still be saved. */
  stop(): Promise<void>;
}

const certificatesSchema = z.object({ ca: z.string(), caKey: z.string(), cert: z.string(), key: z.string() });

/** The certificates of the state folder, made again where there are none or they end soon. */
export async function openCertificates(paths: StatePaths): Promise<Certificates> {
  const schema = certificatesSchema.extend({ madeAt: z.number() });
  const kept = await readJsonFile(paths.certificates, schema);
  if (kept && Date.now() - kept.madeAt < 180 * 24 * 3_600_000) return kept;
  const made = await makeCertificates();
  await writeWhole(paths.certificates, JSON.stringify({ ...made, madeAt: Date.now() }), 0o600);
  return made;
}

/**
 * Starts the estate from its state folder, seeding what is missing.
 * @param options.login how the console logs in to the clusters
 * @param options.resourceVersion see `openCluster`; for a reset
 * @param options.onError told about faults of the estate's own
 */
export async function startEstate(options: {
  paths: StatePaths;
  state: EstateState;
  credentials: PracticeCredentials;
  certificates: Certificates;
  login: PracticeLogin;
  resourceVersion?: number;
  onError?: (where: string, error: unknown) => void;
}): Promise<PracticeEstate> {
  const { paths, state, credentials, certificates } = options;
  const clock = createClock(state.speed);
  const faults = new AppFaults(state.apps);
  const stopping = new AbortController();
  const appRepo = (app: string): BareRepo => new BareRepo(gitDirOf(paths.repos, app));
  const releaseRepo = new BareRepo(gitDirOf(paths.repos, releaseRepoName));
  const tokens: Record<string, TokenHolder> = {
    [credentials.ledger.password]: { login: consoleUser.login, write: true },
    [credentials.others.rival]: { login: rival.login, write: true },
    [credentials.others.reviewer]: { login: reviewer.login, write: true },
    [credentials.others.bot]: { login: bot.login, write: true },
    [credentials.others.reader]: { login: 'reader', write: false },
  };
  // Repos that an older version of this estate seeded lack the services.
  const [oldest] = seedServices;
  const fresh =
    !(await releaseRepo.exists()) ||
    !(await new BareRepo(gitDirOf(paths.repos, oldest?.repo ?? '')).exists());
  // Clusters that were kept belong to other repos.
  if (fresh)
    await Promise.all([seedFresh(paths, state.seed), rm(paths.clusters, { recursive: true, force: true })]);
  else await Promise.all(seedApps.map(({ repo }) => installDeployWorkflow(appRepo(repo), clock.now())));

  let git: GitServer | undefined;
  const repo = await openReleaseRepo({
    repo: releaseRepo,
    away: () => git?.faults.down ?? false,
    botWaits: () => git?.faults.botWaits ?? false,
    now: clock.now,
  });
  const moved = (change: { repo: string }): Promise<void> =>
    change.repo === releaseRepoName ? repo.lookAgain() : Promise.resolve();
  git = await startGitServer({
    root: paths.repos,
    tokens,
    ...portOf(state, 'git'),
    refuses: (change) => refusalOfChange(state.rights, change),
    onPush: (push) => {
      moved(push).catch((error) => options.onError?.('looking after a push', error));
    },
  });
  const controllers = {} as Record<EnvironmentName, Controllers>;
  const deploying: DeployContext = {
    rights: state.rights,
    runs: state.actions,
    appRepo,
    deployImage: async (environment, request) => {
      if (isAway(state, environment)) throw new Error(`connect: connection refused (${environment})`);
      return controllers[environment].deployImage(request);
    },
  };
  const actions = createActions({
    clock,
    runs: state.actions,
    program: (run, _job, step) =>
      run.path.endsWith(`/${deployFile}`)
        ? deployStep({ run, step: step.name }, deploying)
        : run.path.endsWith(`/${providerTestsFile}`) && step.isLast
          ? providerTests(run.inputs.environment ?? '', faults)
          : undefined,
    needsApproval: (environment) => state.rights.approvals.includes(environment),
    signal: stopping.signal,
    onError: (error) => options.onError?.('GitHub Actions', error),
  });
  const pulls = createPulls({ state: state.pulls, rules: pullRules(() => state.rights), now: clock.now });
  const github = await startGithubServer({
    root: paths.repos,
    tokens,
    gitUrl: git.url,
    actions,
    rights: state.rights,
    deviceFlow: createDeviceFlow({
      grant: (token) => {
        tokens[token] = { login: consoleUser.login, write: true };
      },
      revoke: (token) => {
        delete tokens[token];
      },
    }),
    pulls,
    ...portOf(state, 'github'),
    now: clock.now,
    onRefsChanged: moved,
  });
  git.setFaults(state.git);
  github.setFaults(state.github);
  // Faults are changed in place by the servers' callers: the state sees them.
  state.git = git.faults;
  state.github = github.faults;

  const concourse = await startPracticeConcourse({
    clock,
    secret: credentials.control.token,
    ...portOf(state, 'concourse'),
  });
  state.ports.concourse = concourse.port;

  const accountsOf = (environment: EnvironmentName, system: ArgoSystem): ArgoAccounts =>
    argoAccounts({
      environment,
      system,
      secret: credentials.control.token,
      rights: () => state.rights,
      sessions: () => state.argoSessions,
    });

  const dex = await startDex(portOf(state, 'dex'));
  state.ports.dex = dex.port;
  const pagesOf = (environment: EnvironmentName, system: ArgoSystem): SignInPages =>
    signInPages({
      system,
      accounts: accountsOf(environment, system),
      dex,
      sessions: () => state.argoSessions,
      secret: credentials.control.token,
      server: `${system}.${environment}`,
    });

  const opened = await Promise.all(
    allEnvironments.map(async (name) => {
      const cluster = await openCluster({
        file: paths.cluster(name),
        certificates,
        token: credentials.clusters[name] ?? '',
        grant: () => clusterGrant(state.rights),
        port: state.ports[`cluster-${name}`],
        now: clock.now,
        ...(options.resourceVersion ? { resourceVersion: options.resourceVersion } : {}),
      });
      return [name, cluster] as const;
    }),
  );
  const clusters = Object.fromEntries(opened) as Record<EnvironmentName, EnvironmentCluster>;
  if (options.login === 'wrapper') await writeWrappedLogin(paths, credentials.clusters);
  await writeKubeconfig(
    paths.kubeconfig,
    allEnvironments.map((name) => ({
      name,
      server: clusters[name].server.url,
      ca: certificates.ca,
      token: credentials.clusters[name] ?? '',
      user: options.login === 'wrapper' ? wrappedUser(paths, name) : undefined,
      namespace: 'apps',
    })),
  );
  const argoCd = {} as Record<EnvironmentName, GatewayServer>;
  for (const name of allEnvironments)
    argoCd[name] = await startArgoCdServer({
      store: clusters[name].store,
      logs: clusters[name].logs,
      accounts: accountsOf(name, 'argo-cd'),
      signIn: pagesOf(name, 'argo-cd').answer,
      now: clock.now,
      port: state.ports[`argo-cd-${name}`],
    });
  const argoWorkflows = {} as Record<EnvironmentName, GatewayServer>;
  for (const name of allEnvironments)
    argoWorkflows[name] = await startArgoWorkflowsServer({
      store: clusters[name].store,
      logs: clusters[name].logs,
      archive: clusters[name].archive,
      accounts: accountsOf(name, 'argo-workflows'),
      signIn: pagesOf(name, 'argo-workflows').answer,
      now: clock.now,
      port: state.ports[`argo-workflows-${name}`],
    });
  const receivers = await startReceivers(portOf(state, 'receivers'));
  Object.assign(state.ports, { git: git.port, github: github.port, receivers: receivers.port });
  for (const name of allEnvironments) {
    state.ports[`argo-cd-${name}`] = argoCd[name].port;
    state.ports[`argo-workflows-${name}`] = argoWorkflows[name].port;
  }
  for (const name of allEnvironments) state.ports[`cluster-${name}`] = clusters[name].server.port;

  // The last environment first: each needs the next one's webhook.
  for (const name of allEnvironments.toReversed()) {
    const next = isBagEnvironment(name) ? undefined : environments[environments.indexOf(name) + 1];
    controllers[name] = await startControllers({
      environment: name,
      nextEnvironment: next
        ? {
            name: next,
            startDeployImage: async (request) => {
              if (isAway(state, next)) throw new Error(`dial tcp: connect: connection refused (${next})`);
              return controllers[next].deployImage(request);
            },
          }
        : null,
      store: clusters[name].store,
      logs: clusters[name].logs,
      clock,
      repo,
      faults,
      apps: deployedApps(name),
      ...(isBagEnvironment(name) ? { bags: bagSetups[name] } : {}),
      signal: stopping.signal,
      onError: (controller, key, error) => options.onError?.(`${name}/${controller} ${key}`, error),
    });
  }
  for (const name of allEnvironments) {
    const wanted = state.clusters[name] ?? 'up';
    if (wanted === 'up') continue;
    await clusters[name].server.faults.reachability(wanted);
    argoCd[name].faults.reachability(wanted);
    argoWorkflows[name].faults.reachability(wanted);
  }

  let saved = '';
  const saveState = async (): Promise<void> => {
    state.speed = clock.speed;
    state.apps = faults.state;
    const text = `${JSON.stringify(state, null, 2)}\n`;
    if (text === saved) return;
    await writeWhole(paths.state, text);
    saved = text;
  };
  const save = async (): Promise<void> => {
    saved = '';
    await saveState();
    for (const name of allEnvironments) await clusters[name].save();
  };
  await saveState();

  return {
    fresh,
    clock,
    faults,
    git,
    github,
    repo,
    releaseRepo,
    pulls,
    pullPlace: {
      owner,
      repo: releaseRepoName,
      git: releaseRepo,
      refsChanged: () => moved({ repo: releaseRepoName }),
    },
    clusters,
    controllers,
    state,
    argoAccounts: accountsOf,
    signInPages: pagesOf,
    argoCd,
    argoWorkflows,
    dex,
    concourse,
    receivers,
    appRepo,
    saveState,
    save,
    async stop() {
      stopping.abort(new Error('the practice estate stops'));
      await Promise.all(allEnvironments.map((name) => controllers[name].stop()));
      await Promise.all([
        git?.close(),
        github.close(),
        dex.close(),
        concourse.close(),
        receivers.close(),
        ...allEnvironments.map((name) => argoCd[name].close()),
        ...allEnvironments.map((name) => argoWorkflows[name].close()),
        ...allEnvironments.map((name) => clusters[name].close()),
      ]);
    },
  };
}

/** Whether a scenario took the environment's cluster away. */
export const isAway = (state: EstateState, environment: string): boolean =>
  (state.clusters[environment] ?? 'up') !== 'up';

const portOf = (state: EstateState, server: string): { port?: number } => {
  const port = state.ports[server];
  return port ? { port } : {};
};

/** Seeds into a folder beside, then moves it into place: a start that was killed leaves nothing half done. */
async function seedFresh(paths: StatePaths, seed: number): Promise<void> {
  const draft = path.join(paths.folder, 'repos.draft');
  await rm(draft, { recursive: true, force: true });
  await rm(paths.repos, { recursive: true, force: true });
  await seedRepos({ root: draft, now: new Date(), seed });
  await rename(draft, paths.repos);
}

/** Removes repos, clusters and faults; ports, speed and credentials stay. */
export async function wipe(paths: StatePaths, state: EstateState): Promise<EstateState> {
  await rm(paths.repos, { recursive: true, force: true });
  await rm(paths.clusters, { recursive: true, force: true });
  return freshState({ seed: state.seed, speed: state.speed, ports: state.ports, rights: state.rights });
}
