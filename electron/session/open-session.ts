import { createHash } from 'node:crypto';
import path from 'node:path';
import type { Estate } from '../../shared/domain/estate/estate';
import { openedReadOnly } from '../../shared/domain/estate/read-only';
import { type Failure, FailureError } from '../../shared/domain/failure/failure';
import { type ArchiveStore, openArchive } from '../archive/archive-store';
import { type ObservationStore, openObservations } from '../archive/observations';
import { createEngine } from '../engine/engine';
import type { Engine } from '../engine/engine-types';
import { historyPort } from '../engine/history-port';
import { openJournal } from '../engine/journal';
import { createManualActions, type ManualActions } from '../engine/manual-actions';
import type { ReleaseNotes } from '../engine/ports';
import type { World } from '../engine/world';
import { type History, openHistory } from '../history/open-history';
import type { Ledger } from '../ledger/ledger';
import { openLedger } from '../ledger/open-ledger';
import { inBackground } from '../log/log';
import { openLogKeeper } from '../logs/log-keeper';
import { createLogSessions, type LogSessions } from '../logs/log-sessions';
import type { Cluster } from '../observation/types';
import { createGitHub, type GitHub } from '../systems/github/github-client';
import type { Sources } from '../systems/github/github-sources';
import { createPullRequests } from '../systems/github/pull-requests';
import { createRepoRights } from '../systems/github/repo-rights';
import { createWorkflowRuns } from '../systems/github/workflow-dispatch';
import { lifeController } from '../systems/life';
import { makeOwnFolder } from '../systems/own-folder';
import { type AppImages, createAppImages } from '../systems/registry/app-images';
import { createServerAccounts, passingSessions, type ServerAccounts } from './accounts/server-accounts';
import type { Announcements } from './announcements/announcements';
import { openAnnouncements } from './announcements/open-announcements';
import { tellOperations } from './announcements/tell-operations';
import { type Consents, createConsents, passingStore } from './consents';
import { consoleAutopilot } from './console-autopilot';
import { openDeployHours } from './deploy-hours';
import { followBuildLog } from './follow-build-log';
import type { GitHubSignInPort } from './github-sign-in';
import { keepWhatIsSeen } from './keep-what-is-seen';
import { asideNotice, missingNotices } from './missing-files';
import { type NeededCredential, neededCredentials } from './needed-credentials';
import { openClusters } from './open-clusters';
import { type Concourses, openConcourses } from './open-concourses';
import { openGitHubSignIn } from './open-github-sign-in';
import { openSources } from './open-sources';
import { keepOutcomes } from './operation-outcome';
import { readArchives } from './read-archives';
import { openReleaseNotes } from './release-notes';
import { releaseRuns } from './release-runs';
import { createRequests, type Requests } from './requests';
import { createRunWatch } from './run-watch';
import type { SessionConfig } from './session-config';
import { githubStarters } from './started-runs-of-estate';
import { toldClaims } from './tell-claims';
import { createTimelines, type Timelines } from './timelines';

/** One estate, opened: everything that the window asks. */
export interface Session {
  readonly estate: Estate;
  readonly mode: SessionConfig['mode'];
  readonly ledger: Ledger;
  readonly engine: Engine;
  readonly clusters: ReadonlyMap<string, Cluster>;
  /** The Concourses that run pipelines of the estate. */
  readonly concourses: Concourses;
  readonly consents: Consents;
  /** The person's accounts at Argo's own servers. */
  readonly accounts: ServerAccounts;
  readonly gitHubSignIn: GitHubSignInPort;
  /** Whom this console tells what happened. */
  readonly announcements: Announcements;
  /** What was lost of Signalbox's own files, each in a sentence. */
  notices(): string[];
  readonly sources: Sources | null;
  /** The GitHub of the apps' repos, or of the ledger; `null`: the estate names none. */
  readonly github: GitHub | null;
  /** Which credentials this estate takes from the vault. */
  readonly neededCredentials: readonly NeededCredential[];
  /** The apps' images; `null`: the estate names no registry. */
  readonly images: AppImages | null;
  readonly history: History;
  /** Acts on clusters by hand. */
  readonly actions: ManualActions;
  /** The window's requests, each done once. */
  readonly requests: Requests;
  /** Workflows as they were last seen, and the list of actions. */
  readonly archive: ArchiveStore;
  /** This console's own autopilot. */
  readonly autopilot: World['consoleAutopilot'];
  /** What clusters and workflows once told. */
  readonly observations: ObservationStore;
  /** What the Release app says of apps. */
  readonly releaseNotes: ReleaseNotes;
  readonly timelines: Timelines;
  /** Called with an app when more is known of what GitHub ran for it. Returns the unsubscribe. */
  onRunKnown(listener: (app: string) => void): () => void;
  readonly logs: LogSessions;
  /** Ends everything; operations that run are carried on at the next start. */
  close(): Promise<void>;
}

/** Where the folders of all estates lie. */
export const estatesFolder = (dir: string): string => path.join(dir, 'estates');

/** A folder per ledger and branch, so that two estates never share a mirror or a journal. */
export function estateFolder(dir: string, ledger: Pick<Estate['ledger'], 'url' | 'branch'>): string {
  const name = createHash('sha256').update(`${ledger.url}\n${ledger.branch}`).digest('hex').slice(0, 16);
  return path.join(estatesFolder(dir), name);
}

/**
 * Opens an estate: the ledger first (from its mirror, so that it works offline), then what observes, then the engine,
 * which carries on with what an earlier process left open.
 * @throws FailureError when the ledger or the journal cannot be opened (`busy`: another Signalbox has them).
 */
export async function openSession(config: SessionConfig): Promise<Session> {
  const { estate, log } = config;
  const folder = estateFolder(config.dir, estate.ledger);
  const aside = [path.dirname(folder), folder].map(makeOwnFolder).find((one) => one !== null);
  const gone = aside ? [asideNotice(path.basename(aside))] : await missingNotices(folder);
  const opened = await openLedger({
    estate,
    dir: path.join(folder, 'mirror'),
    credentials: config.ledgerCredentials,
    githubToken: config.githubToken,
    fetch: config.fetch,
    identity: config.identity(),
    ...(config.signs ? { signs: config.signs } : {}),
    inPlace: config.inPlace,
    log,
    readOnlyBecause: config.mode === 'read-only' ? openedReadOnly : null,
  });
  if (!opened.ok) throw new FailureError(opened.failure);
  const ledger = opened.value;

  /** A fault of the file costs what it would have kept, nothing else. */
  const reportUnsaved = (failure: Failure | null): void => {
    if (failure) log('error', 'archive.not-written', { ...failure });
  };
  const concourses = openConcourses(config, { folder, report: reportUnsaved });
  const history = openHistory({
    repo: ledger.gitDir,
    branch: ledger.ref,
    indexFile: path.join(folder, 'history.sqlite'),
    template: estate.ledger.imageTagPath,
    ...(ledger.recordsApart
      ? { records: { repo: ledger.recordsApart.gitDir, branch: ledger.recordsApart.ref } }
      : {}),
    ...concourses.past.line,
    log,
  });
  const observations = openObservations(path.join(folder, 'observations.sqlite'));
  const archive = openArchive(path.join(folder, 'kept.sqlite'));
  const autopilot = consoleAutopilot(path.join(folder, 'autopilot.json'), log);
  const consents = createConsents(config.consents ?? passingStore(), () => new Date());
  const accounts = createServerAccounts({
    environments: estate.environments,
    store: config.accounts ?? passingSessions('This estate keeps no sessions.'),
    windows: config.signInWindows ?? null,
    log,
  });
  const clusters = await openClusters({
    environments: estate.environments,
    consents,
    sessions: accounts,
    ownKubeconfigs: config.mode === 'practice',
    log,
  });
  const place = estate.sources?.github ?? estate.ledger.github ?? null;
  const github =
    place && createGitHub({ apiUrl: place.apiUrl, token: config.githubToken, fetch: config.fetch });
  const runWatch = github && createRunWatch({ github, archive: archive.runs, onFailure: reportUnsaved });
  const gitHubSignIn = openGitHubSignIn({
    estate,
    github,
    ledger,
    save: config.saveGitHubToken,
    fetch: config.fetch,
    log,
  });
  const logs = createLogSessions(await openLogKeeper({ folder: path.join(folder, 'logs'), log }), {
    clusterOf: (environment) => clusters.get(environment) ?? null,
    jobLogOf: runWatch?.log ?? null,
    followBuild: followBuildLog(concourses.views, concourses.past.logs),
  });
  const openedSources = openSources({
    estate,
    github,
    dir: folder,
    ledgerCredentials: config.ledgerCredentials,
    log,
  });
  const sources = openedSources?.sources ?? null;
  const images = estate.registry
    ? createAppImages({
        registry: estate.registry,
        secret: async (place) => config.registrySecret?.(place) ?? null,
        fetch: config.fetch,
        now: Date.now,
      })
    : null;
  const actions = createManualActions({
    clusters,
    store: archive,
    actor: () => config.identity().name,
    readOnlyBecause: ledger.readOnlyBecause,
    now: () => new Date(),
  });
  const hours = openDeployHours({
    environments: estate.environments,
    file: path.join(folder, 'holidays.json'),
    fetch: config.fetch ?? fetch,
    now: () => new Date(),
    log,
  });
  const journalFile = path.join(folder, 'journal.sqlite');
  const journal = openJournal(journalFile);
  const announcements = openAnnouncements(config, journal, clusters);
  const releaseNotes = openReleaseNotes({
    place: announcements.releasePlace,
    applications: estate.announce?.release?.applications ?? {},
    file: path.join(folder, 'release-notes.json'),
    fetch: config.fetch ?? fetch,
    now: Date.now,
    log,
  });
  const engine = createEngine({
    estate,
    ledger,
    clusters,
    concourses: concourses.views,
    sources,
    images,
    history: historyPort(history),
    observations,
    journalFile,
    openJournal: () => journal,
    announce: announcements.announce,
    identity: config.identity,
    workflowRuns: github && createWorkflowRuns(github),
    runWatch,
    rights: github && createRepoRights(github),
    pullRequests: estate.ledger.github
      ? createPullRequests(
          createGitHub({
            apiUrl: estate.ledger.github.apiUrl,
            token: config.githubToken,
            fetch: config.fetch,
          }),
        )
      : null,
    savedWorkflows: (environment) =>
      archive.workflows({ app: '', environment, limit: 60 }).map(({ workflow }) => workflow),
    consoleAutopilot: autopilot,
    hours: hours.of,
    release: releaseNotes,
    log,
    ...(config.limits ? { limits: config.limits } : {}),
  });

  const { apps } = engine;
  const closing = lifeController();
  let hasBranch = false;
  const updateHistory = (): void => {
    hasBranch = true;
    history.update(closing.signal).catch((error: unknown) => {
      if (closing.signal.aborted) return;
      log('error', 'history.not-updated', { error });
      // It reads the same copy of the repo.
      inBackground(log, 'ledger.copy-not-checked', ledger.checkCopy(), { signal: closing.signal });
    });
  };
  concourses.past.onMore(() => {
    if (hasBranch && !closing.signal.aborted) updateHistory();
  });
  if (archive.notice !== null) log('warn', 'archive.set-aside', { notice: archive.notice });
  if (observations.notice !== null)
    log('warn', 'archive.observations-set-aside', { notice: observations.notice });
  const claims = toldClaims({
    engine,
    archive,
    history,
    now: () => new Date().toISOString(),
    onFailure: reportUnsaved,
    // Before the first fetch there is no branch to read: it counts once there is.
    onTold: () => {
      if (hasBranch && !closing.signal.aborted) updateHistory();
    },
    onRefused: (error) => {
      if (!closing.signal.aborted) log('warn', 'history.claims-not-told', { error });
    },
  });
  const runListeners = new Set<(app: string) => void>();
  const runs =
    github && estate.sources?.github
      ? releaseRuns({
          github,
          owner: estate.sources.github.owner,
          repos: estate.sources.repos,
          onKnown: (app) => {
            for (const listener of [...runListeners]) listener(app);
          },
          now: Date.now,
        })
      : null;
  const starters = githubStarters({
    estate,
    github,
    history,
    archive,
    onFound: (found) => claims.tell(found),
    log,
  });
  const timelines = createTimelines({
    estate,
    engine,
    clusters,
    history,
    observations,
    runs,
    onFailure: reportUnsaved,
    now: () => new Date().toISOString(),
  });
  const stops = [
    tellOperations(engine, estate, announcements.announce),
    () => timelines.close(),
    () => runs?.close(),
    () => starters?.close(),
    ...(starters ? [history.onStatus(() => starters.look())] : []),
    () => openedSources?.close(),
    ...keepWhatIsSeen({ clusters, apps, observations, archive, report: reportUnsaved, log }),
    readArchives({ clusters, archive, observations, report: reportUnsaved, log }),
    ledger.onRefMoved(updateHistory),
    keepOutcomes({ engine, observations, report: reportUnsaved, onCommit: () => claims.tell() }),
  ];
  // A mirror that was never filled has no branch to read yet; the first fetch tells.
  if (ledger.snapshot().commit !== null) updateHistory();
  ledger.start();
  await engine.recover();
  claims.tell();

  return {
    estate,
    mode: config.mode,
    ledger,
    engine,
    clusters,
    concourses,
    consents,
    accounts,
    gitHubSignIn,
    announcements,
    notices: () =>
      [
        ...(config.notices ?? []),
        ...gone,
        ...ledger.notices(),
        ...engine.notices(),
        observations.notice,
        archive.notice,
        concourses.past.notice,
        autopilot.notice,
      ].filter((notice) => notice !== null),
    sources,
    github,
    images,
    neededCredentials: neededCredentials(config),
    history,
    actions,
    requests: createRequests({ store: archive, now: () => new Date(), report: reportUnsaved }),
    archive,
    autopilot,
    observations,
    releaseNotes,
    timelines,
    onRunKnown(listener) {
      runListeners.add(listener);
      return () => runListeners.delete(listener);
    },
    logs,
    async close() {
      closing.abort();
      for (const stop of stops) stop();
      await announcements.close();
      await engine.close();
      hours.close();
      await concourses.close();
      await Promise.all([...clusters.values()].map((cluster) => cluster.close()));
      gitHubSignIn.close();
      await accounts.close();
      await logs.close();
      await history.close();
      observations.close();
      archive.close();
      await ledger.close();
    },
  };
}
