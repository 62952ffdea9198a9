import type { EarlyPreview } from '../../shared/contract/operations';
import { isInStep } from '../../shared/domain/board/board-assembly';
import { worstHealth } from '../../shared/domain/board/cell-state';
import { environmentBefore } from '../../shared/domain/estate/chain';
import type { ClusterAction } from '../../shared/domain/estate/cluster-access';
import { gitHubOf, ownerPage, recordPage } from '../../shared/domain/estate/github-pages';
import { isUnfinished } from '../../shared/domain/hold/hold-state';
import { type AppIntent, declarationOf, titleOf } from '../../shared/domain/operation/intent';
import { type Operation, waitsForReview } from '../../shared/domain/operation/operation';
import { isRolledOut } from '../../shared/domain/operation/operation-reducer';
import type { Finding } from '../../shared/domain/preflight/finding';
import { pendingChecks, settledFindings } from '../../shared/domain/preflight/pending-check';
import { preflightFindings } from '../../shared/domain/preflight/preflight';
import { doneAnyway } from '../../shared/domain/preflight/preflight-cluster';
import type { OutsideFacts, TestsBefore } from '../../shared/domain/preflight/preflight-facts';
import { fateOf, type StandingSync } from '../../shared/domain/preflight/sync-in-the-way';
import { type ClusterTopic, isHidden } from '../../shared/domain/rollout/cluster-status';
import { servingTags } from '../../shared/domain/rollout/rollout-rules';
import { mostShut } from '../../shared/domain/rollout/sync-window-view';
import { utcText } from '../../shared/domain/text/utc-text';
import { failedInPromotionAlone } from '../../shared/domain/workflows/test-run';
import type { Snapshot } from '../ledger/ledger';
import type { Cluster } from '../observation/types';
import { onItsWay } from './on-its-way';
import { standingSyncs } from './standing-syncs';
import { postSyncTemplate } from './steps/tests';
import { isHiddenThere } from './steps/wait';
import type { World } from './world';

/**
 * Milliseconds after a deployment in which its tests have begun and ended, whatever became of their workflow: clusters
 * delete those after some days (GOV.UK: three), and a version that went out before is no less tested for that.
 */
const testsEndWithin = 24 * 60 * 60_000;

/** How the tests of a version went in the environment before: by its workflows there, else by what was kept of them. */
function testsBefore(world: World, app: string, before: string | null, version: string): TestsBefore {
  if (before === null) return { state: 'none', evidence: 'It is the first environment in its pipeline.' };
  const cluster = world.clusters.get(before);
  const seen = (...topics: ClusterTopic[]): boolean => cluster?.view.freshness(...topics).state === 'live';
  const workflow = cluster?.view
    .workflows({ app, version, template: postSyncTemplate })
    .find((one) => one.shutdown === null);
  if (workflow) {
    const evidence = `Workflow ${workflow.name} in ${before}: ${workflow.phase || 'Pending'}.`;
    if (isUnfinished(workflow))
      return seen('workflows')
        ? { state: 'running', evidence }
        : { state: 'unknown', evidence: `${evidence} This is its last known state.` };
    return {
      state: workflow.phase === 'Succeeded' || failedInPromotionAlone(workflow) ? 'passed' : 'failed',
      evidence,
    };
  }
  const hidden = cluster && isHiddenThere(cluster, 'workflows');
  const kept = world.observations
    .of(app, before)
    .filter((one) => one.version === version && one.what.startsWith('tests-'))
    .sort((a, b) => b.at.localeCompare(a.at))[0];
  if (kept)
    return {
      state: kept.what === 'tests-passed' ? 'passed' : 'failed',
      evidence: `Seen in ${before} at ${utcText(kept.at)}.`,
    };
  if (hidden) return { state: 'hidden', evidence: `Your account may not read workflows in ${before}.` };
  const applications = cluster?.view.applications(app) ?? [];
  if (
    seen('applications') &&
    applications.length > 0 &&
    applications.every((one) => one.postSyncWorkflowEnabled === false)
  )
    return { state: 'none', evidence: `${app} has no post-sync workflow in ${before}.` };
  const ran =
    world.reader.facts(world.ledger.snapshot(), app, before, null).version === version ||
    world.history.evidence(app, before, version) !== null;
  if (!ran && world.history.deployments(app, before).length > 0)
    return { state: 'none', evidence: `No known deployment of it in ${before}.` };
  if (cluster && !seen('workflows'))
    return { state: 'unknown', evidence: `The workflows of ${before} can’t be seen now.` };
  const deployed = world.history.deployments(app, before).find((one) => one.to === version);
  const evidence = world.history.evidence(app, before, version);
  const isLongAgo =
    deployed !== undefined && world.now().getTime() - Date.parse(deployed.at) > testsEndWithin;
  if (!isLongAgo || !evidence)
    return { state: 'unknown', evidence: `No post-sync workflow of it is known in ${before}.` };
  return {
    state: evidence.bad ? 'given-up' : 'forgotten',
    evidence: `Its workflow is no longer kept there. ${evidence.text}`,
  };
}

/** What the operation would ask of clusters that answer; those that do not are told of as such. */
function accessNeeded(
  world: World,
  intent: AppIntent,
  before: string | null,
  isSyncEnded: boolean,
): OutsideFacts['access'] {
  const { access } = declarationOf(intent);
  const actions: [string | null, readonly ClusterAction[]][] = [
    [before, access.before],
    [intent.environment, access.here],
  ];
  if (isSyncEnded) actions.push([intent.environment, ['terminate-sync']]);
  return actions.flatMap(([environment, wanted]) => {
    const view = environment === null ? undefined : world.clusters.get(environment)?.view;
    if (environment === null || view?.freshness().state !== 'live') return [];
    // Where nothing of Argo CD may be seen, that nothing may be asked of it is no news: the environment's status says it.
    const hasArgo = !view.gaps().some((gap) => isHidden(gap) && gap.topics.includes('applications'));
    return wanted
      .filter((action) => hasArgo || !doneAnyway.has(action))
      .map((action) => ({ environment, access: view.access(action) }));
  });
}

/** The sync windows that keep a version from an app: its own, and those of the parent that gives it the version. */
function windowsOn({ view, actions }: Cluster, app: string): OutsideFacts['syncWindows'] {
  const own = view.syncWindows(app);
  const parent = view.applicationDetail(actions.parentApplication)?.windows;
  return mostShut([own, parent].filter((one) => one !== null && one !== undefined));
}

/** The health of an app, by its Applications; where none is seen, by its rollouts. */
function healthThere(cluster: Cluster | undefined, app: string): OutsideFacts['health'] {
  if (!cluster) return null;
  const applications = cluster.view.applications(app);
  if (applications.length > 0 || !isHiddenThere(cluster, 'applications'))
    return worstHealth(applications.map((one) => one.health));
  return cluster.view.rollouts(app).some(({ state }) => state === 'failed') ? 'Degraded' : null;
}

/** Whether a sync is in the way that the operation would terminate. */
function endsSync(intent: AppIntent, left: string | null, syncs: readonly StandingSync[]): boolean {
  if (!('expected' in intent)) return false;
  const { kind, version: wanted, syncs: answers = [] } = intent;
  return syncs.some((sync) => fateOf(sync, { kind, wanted, left, commit: null, answers }) === 'terminate');
}

/** Who owns what the intent is about, by what was read of it. */
function ownersOf(world: World, { app, environment, ...rest }: AppIntent): OutsideFacts['owners'] {
  const api = gitHubOf(world.estate);
  const withPages = (names: string[]): OutsideFacts['owners']['app'] =>
    names.map((name) => ({ name, page: api && ownerPage(api, name) }));
  const present = world.reader.facts(world.ledger.snapshot(), app, environment, null).version;
  const change =
    'version' in rest && present !== null ? world.sources.peekChange(app, present, rest.version) : null;
  const migrations = change?.state === 'known' ? change.migrations : [];
  return {
    tagFile: withPages(world.owners.ofTagFile(world.reader.layout.path({ environment, app }))),
    app: withPages(world.owners.ofApp(app, [])),
    migrations: withPages(world.owners.ofApp(app, migrations)),
  };
}

/**
 * What is known outside the ledger, from memory alone: nobody is asked, so that a rollback does not wait for a
 * network. What was not asked ahead is unknown.
 * @param except the operation that asks, which does not stand in its own way.
 */
export function outsideFacts(world: World, intent: AppIntent, except: string | null): OutsideFacts {
  const { app, environment } = intent;
  const snapshot = world.ledger.snapshot();
  const present = world.reader.facts(snapshot, app, environment, null).version;
  const before = environmentBefore(world.estate, environment);
  const cluster = world.clusters.get(environment);
  const applications = cluster?.view.applications(app) ?? [];
  const holder = world.holder(app, environment, except);
  const place = world.estate.environments.find((one) => one.name === environment);
  const version = 'version' in intent ? intent.version : null;
  const syncs = cluster ? standingSyncs(cluster, app, world.now()) : [];
  return {
    readOnlyBecause: world.ledger.readOnlyBecause,
    route: world.routes.plan(intent),
    hours: world.hours(environment),
    production: place?.tier === 'production',
    policy: place?.checks,
    before,
    ledger: world.ledger.freshness(),
    remoteAway: world.emergencies.away(),
    debts: world.emergencies.debts().filter((one) => one.environment === environment),
    parent: cluster?.actions.parentApplication ?? null,
    running: holder && !mayStepIn(intent, holder) ? { id: holder.id, what: titleOf(holder.intent) } : null,
    overtakes: overtaken(intent, holder),
    cluster: cluster?.view.freshness() ?? { state: 'absent' },
    syncWindows: cluster ? windowsOn(cluster, app) : null,
    syncs,
    gaps: cluster?.view.gaps() ?? [],
    access: accessNeeded(world, intent, before, endsSync(intent, present, syncs)),
    health: healthThere(cluster, app),
    inStep: isInStep(present, applications),
    asksRepo: world.sources.canAsk,
    published: version === null ? null : world.sources.peekPublished(app, version),
    checks:
      version !== null && world.sources.knowsChecks
        ? (world.sources.peekChecks(app, version) ?? 'not-asked')
        : null,
    image: version !== null && world.images.canAsk ? (world.images.peek(app, version) ?? 'not-asked') : null,
    evidenceHere: version === null ? null : world.history.evidence(app, environment, version),
    change: version === null || present === null ? null : world.sources.peekChange(app, present, version),
    onItsWay: onItsWay(world, intent, except),
    serving: servingTags(cluster?.view.rollouts(app) ?? []),
    team: world.routes.team(environment),
    release: world.release?.canAsk() ? (world.release.peek(app) ?? 'not-asked') : null,
    owners: ownersOf(world, intent),
    recordsPage: recordPage(world.estate, ''),
    testsBefore: testsBefore(world, app, before, version ?? ''),
    me: world.whoIsMe.me(),
  };
}

/** All findings of an intent on a snapshot. Synchronous: see {@link outsideFacts}. */
export function findingsOn(
  world: World,
  intent: AppIntent,
  snapshot: Snapshot,
  outside: OutsideFacts,
): Finding[] {
  const { app, environment } = intent;
  return preflightFindings(
    intent,
    world.reader.facts(
      snapshot,
      app,
      environment,
      environmentBefore(world.estate, environment),
      'version' in intent ? intent.version : null,
    ),
    outside,
  );
}

/** What is still to come of a cluster that is only just being connected to; `null`: nothing. */
export function firstLook({ view }: Cluster): string | null {
  const { state } = view.freshness();
  if (state === 'connecting') return `Waiting for first data from the ${view.environment} cluster.`;
  if (state === 'live' && !view.access('sync').asked)
    return `Waiting for your permissions in the ${view.environment} cluster.`;
  return null;
}

/**
 * Waits until the clusters that an intent touches were seen once and said what one may do there, at most for
 * `world.limits.look`. At once where they are seen already, or cannot be reached.
 */
export async function gatherOnce(world: World, intent: AppIntent, signal: AbortSignal): Promise<void> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(world.limits.look)]);
  const names = [intent.environment, environmentBefore(world.estate, intent.environment)];
  await Promise.all(
    names.map((name) => {
      const cluster = name === null ? undefined : world.clusters.get(name);
      if (!cluster || firstLook(cluster) === null) return undefined;
      return new Promise<void>((resolve) => {
        const end = (): void => {
          stop();
          resolve();
        };
        const stop = cluster.view.onChange(() => {
          if (firstLook(cluster) === null) end();
        });
        limited.addEventListener('abort', end, { once: true });
        if (limited.aborted) end();
      });
    }),
  );
  signal.throwIfAborted();
}

/** What can be said of an intent at once, and what is still being asked. */
export function earlyPreview(world: World, intent: AppIntent): EarlyPreview {
  const { app, environment } = intent;
  const outside = outsideFacts(world, intent, null);
  const snapshot = world.ledger.snapshot();
  const { version } = world.reader.facts(snapshot, app, environment, null);
  const pending = pendingChecks(intent, { version }, outside);
  const findings = settledFindings(findingsOn(world, intent, snapshot, outside), pending);
  return { findings, pending: pending.map(({ message }) => ({ message })) };
}

/**
 * Asks the source repo and the registry what preflight would like to know, at most for `world.limits.look`, so that
 * {@link outsideFacts} finds it afterwards. Never rejects, except when aborted.
 */
export async function gatherAhead(world: World, intent: AppIntent, signal: AbortSignal): Promise<void> {
  if (!('version' in intent)) return;
  const { app, environment, version } = intent;
  const present = world.reader.facts(world.ledger.snapshot(), app, environment, null).version;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(world.limits.look)]);
  const asked = Promise.all([
    world.images.canAsk ? world.images.load(app, version, limited) : null,
    world.sources.loadPublished(app, version, limited),
    world.sources.loadChecks(app, version, limited),
    world.whoIsMe.ask(limited),
    world.release?.load(app, limited),
    world.owners.load(app, limited),
    present === null ? null : world.sources.loadChange(app, present, version, limited),
    // What could not be asked is found unknown, and logged by whoever asked.
  ]).catch(() => undefined);
  await Promise.race([
    asked,
    new Promise<void>((resolve) => {
      limited.addEventListener('abort', () => resolve(), { once: true });
      if (limited.aborted) resolve();
    }),
  ]);
  signal.throwIfAborted();
}

/**
 * Asks a ledger that counts as unreachable once more, at most for `world.limits.look`: one failed look is enough to
 * count so, the next is seconds away, and whoever wants to roll back must not be turned away by what is over already.
 */
export async function askLedgerAgain(world: World, signal: AbortSignal): Promise<void> {
  if (world.ledger.freshness().state !== 'unreachable') return;
  await world.ledger.refresh(AbortSignal.any([signal, AbortSignal.timeout(world.limits.look)]));
  signal.throwIfAborted();
}

/** Whether the commit of an operation has landed, so that it only watches, and asks for what the ledger says. */
const hasLanded = ({ commit, steps }: Operation): boolean =>
  commit !== null || steps.some(({ name, state }) => name === 'commit' && state === 'succeeded');

/**
 * Whether an operation may begin although another one still runs in the cell. One whose commit has landed only watches
 * by then: it keeps nobody waiting, and ends as superseded as soon as another version is wanted. The ledger's
 * compare-and-swap decides between two that have not committed. Nothing has to wait for a nudge, which commits nothing.
 * An emergency rollback commits nothing either, and yet changes what runs: all else waits for its end.
 */
export function mayStepIn(intent: AppIntent, other: Operation): boolean {
  if (intent.kind === 'nudge' || other.intent.kind === 'emergency-rollback') return false;
  return other.intent.kind === 'nudge' || hasLanded(other) || waitsForReview(other);
}

/** What an operation would overtake: one that still brings its version up, or only waits for its tests or hold. */
function overtaken(intent: AppIntent, holder: Operation | null): OutsideFacts['overtakes'] {
  if (!holder || !('version' in intent) || !('version' in holder.intent) || !mayStepIn(intent, holder))
    return null;
  return { id: holder.id, what: titleOf(holder.intent), isRollingOut: !isRolledOut(holder) };
}
