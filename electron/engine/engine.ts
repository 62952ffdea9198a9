import { uuidv7 } from 'uuidv7';
import { ownClaim } from '../../shared/domain/attribution/own-claim';
import { readOnlyFailure } from '../../shared/domain/estate/read-only';
import { type Failure, fail, ok } from '../../shared/domain/failure/failure';
import { failureOf } from '../../shared/domain/failure/failure-of';
import {
  type Intent,
  intentSchema,
  isAppIntent,
  subjectOf,
  titleOf,
} from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import { servingTags } from '../../shared/domain/rollout/rollout-rules';
import { noAnnouncements } from '../announcements/announce';
import { marksIn } from '../ledger/marks-and-notes';
import { inBackground, noLog } from '../log/log';
import type { Cluster } from '../observation/types';
import { lifeController } from '../systems/life';
import { earlyPreview, mayStepIn } from './app-preflight';
import { autopilotDecisions } from './bags/autopilot-decisions';
import { startAutopilot } from './bags/autopilot-loop';
import { createBags, noAutopilot, publishedVersions, servicesOf } from './bags/bags-engine';
import { makeUpForPassTags } from './bags/pass-tags';
import { boardKeeper } from './board-keeper';
import { cellHistory } from './cell-history';
import { gatherChanges } from './changes';
import { knownOwners } from './code-owners';
import { createEmergencies } from './emergency/debts';
import { shareDebts } from './emergency/share-debts';
import type { Engine, EngineConfig } from './engine-types';
import { startFreezeAutopilot } from './freezes/freeze-autopilot';
import { freezeFindings } from './freezes/freeze-findings';
import { askFreezeWay, type FreezeRequests } from './freezes/freeze-way';
import { freezesView } from './freezes/freezes-view';
import { imageCache } from './image-cache';
import { openJournal } from './journal';
import { ledgerReader } from './ledger-reader';
import { notesFor, reasonsFor } from './marks-and-notes';
import { preview } from './preview';
import { keepRouteRecords } from './routes/route-records';
import { createRoutes } from './routes/routes';
import { createRunner } from './runner';
import { sourceCache } from './source-cache';
import { whoIsMe } from './who-is-me';
import { defaultLimits, type World } from './world';

const isPastGit = ({ intent }: Operation): boolean =>
  intent.kind === 'emergency-rollback' || intent.kind === 'reconcile';

const notFound = (what: string): Failure => ({
  code: 'not-found',
  message: `There is no ${what}.`,
  meaning: 'Nothing was changed.',
  next: [{ do: 'advice', label: 'Check the name on the board.' }],
});

/**
 * Makes the engine. Throws a FailureError when the journal cannot be opened (`busy`: another process has it).
 * Nothing is asked of any network until something is started or previewed, apart from what lies between each
 * cell's version and its rollback target, which is asked for ahead.
 */
export function createEngine(config: EngineConfig): Engine {
  const { estate, ledger, clusters } = config;
  const now = config.now ?? (() => new Date());
  const changes = gatherChanges();
  const log = config.log ?? noLog;
  const closing = lifeController();
  const journal = (config.openJournal ?? openJournal)(config.journalFile, now);

  /** What changed of one app changes its cells alone; the window then asks for those (`board.cells`). */
  const touch = (app: string | null, environment?: string, alone = false): void => {
    keeper.changed(app, environment, alone);
    if (app === null) changes.tell('board', null);
    changes.tell('app', app);
  };
  const sources = sourceCache(config.sources, (app) => changes.tell('app', app), log);
  const images = imageCache(config.images ?? null, now, (app) => changes.tell('app', app), log);
  const forgetRelease = config.release?.onChange((app) => changes.tell('app', app));
  const servingIn = (app: string, environment: string): string[] =>
    servingTags(clusters.get(environment)?.view.rollouts(app) ?? []);
  const cells = cellHistory(
    config.history,
    config.observations,
    servingIn,
    (app) => [...(marksIn(ledger.snapshot()).get(app)?.keys() ?? [])],
    (app) => {
      touch(app);
      aheadOf(app);
    },
    log,
  );

  const world: World = {
    estate,
    ledger,
    reader: ledgerReader(estate, config.identity, now),
    clusters,
    concourses: config.concourses ?? new Map(),
    sources,
    images,
    history: cells,
    observations: config.observations,
    identity: config.identity,
    whoIsMe: whoIsMe(config.rights ?? null, config.identity, now),
    limits: { ...defaultLimits, ...config.limits },
    now,
    aliveBefore: journal.aliveBefore,
    hours: config.hours ?? (() => null),
    owners: knownOwners({ ledger, sources: config.sources, now, log }),
    release: config.release ?? null,
    holder: (app, environment, except) => runner.running(app, environment, except),
    begin: (intent, seen, id) => {
      const begun = engine.start(intent, seen, id);
      return begun.ok ? null : begun.failure;
    },
    operationMoves: (listener) =>
      changes.onChange((batch) => batch.some(({ topic }) => topic === 'operation') && listener()),
    operation: (id) => runner.get(id),
    open: () => runner.open(),
    emergencies: {
      debts: () => emergencies.debts(),
      isProved: (debt) => emergencies.isProved(debt),
      policyBefore: (debt, application) => emergencies.policyBefore(debt, application),
      away: () => emergencies.away(),
    },
    workflowRuns: config.workflowRuns ?? null,
    runWatch: config.runWatch ?? null,
    pullRequests: config.pullRequests ?? null,
    routes: createRoutes({
      estate,
      clusters,
      rights: config.rights ?? null,
      readOnlyBecause: () => ledger.readOnlyBecause,
      person: () => config.identity().name,
      now,
    }),
    consoleAutopilot: config.consoleAutopilot ?? noAutopilot,
    decisions: autopilotDecisions({ log, now, onChanged: (pipeline) => changes.tell('bags', pipeline) }),
    announce: config.announce ?? noAnnouncements,
    log,
    savedWorkflows: config.savedWorkflows ?? (() => []),
    publishedVersions: (service, signal) => publishedVersions(config.sources, service, signal),
  };
  const freezeRequests: FreezeRequests = new Map();
  const emergencies = createEmergencies({ world, records: () => runner.records() });
  const states = new Map<string, Operation['state']>();
  /** How operations begin and end, for the log; an operation that has ended stays so. */
  function reportOperation({ id, intent, state, failure }: Operation): void {
    if (states.get(id) === state) return;
    if (state === 'running') states.set(id, state);
    else states.delete(id);
    const told = { operation: id, what: titleOf(intent), kind: intent.kind, state };
    if (failure)
      log('warn', 'operation.state', { ...told, failure: failure.message, detail: failure.detail });
    else log('info', 'operation.state', told);
  }
  // Before the runner, which may have to end an operation while it reads the journal.
  const keeper = (config.keepBoard ?? boardKeeper)({
    world,
    history: config.history,
    operation: (app, environment) => runner.running(app, environment, null),
  });
  /** What is off in an environment is on the board, and no cell's. */
  const debtsChanged = (): void => {
    keeper.environmentsChanged();
    changes.tell('board', null);
  };
  const runner = createRunner({
    journal,
    world: () => world,
    now,
    onChanged: (operation) => {
      changes.tell('operation', operation.id);
      reportOperation(operation);
      const subject = subjectOf(operation.intent);
      // What it leaves or puts back is no cell's alone; a write that failed may tell that the release repo is away.
      if (isPastGit(operation) || operation.state === 'failed') debtsChanged();
      if (subject.about === 'app' || subject.about === 'estate') touch(subject.app);
      if (subject.about === 'pipeline') {
        changes.tell('bags', subject.pipeline);
        // A lock that is held by an operation is this console's own only as long as it runs.
        if (operation.state !== 'running') {
          keeper.environmentsChanged();
          changes.tell('board', null);
        }
      }
    },
  });
  /** Has what lies between each cell and its rollback target compared before anyone is in a hurry. */
  function aheadOf(app: string): void {
    const { files } = world.reader.view(ledger.snapshot());
    for (const [environment, apps] of files) {
      const version = apps.get(app)?.version ?? null;
      const target = version === null ? null : cells.target(app, environment, version);
      if (version === null || !target) continue;
      sources.ahead(app, version, target.version);
      images.ahead(app, target.version);
    }
  }

  const apps = (): string[] => {
    const { files } = world.reader.view(ledger.snapshot());
    return [...new Set([...files.values()].flatMap((one) => [...one.keys()]))].sort();
  };
  const notesKnown = new Map<Cluster, string>();
  let loading: Promise<void> | null = null;
  let again = false;
  /** Asks the history for every app; a call during a run makes that run look once more. */
  function loadHistory(): Promise<void> {
    if (loading) {
      again = true;
      return loading;
    }
    loading = (async () => {
      do {
        again = false;
        await cells.load(null);
        // While the index is being built it tells of progress all the time: a look twice a second is enough.
        if (again) await new Promise((resolve) => setTimeout(resolve, 500));
      } while (again && !closing.signal.aborted);
    })().finally(() => {
      loading = null;
    });
    return loading;
  }

  const stops = [
    ledger.onChange(({ moved }) => {
      touch(null);
      changes.tell('bags', null);
      changes.tell('session', null);
      if (moved) for (const app of apps()) aheadOf(app);
    }),
    config.history.onChange(() => {
      touch(null);
      changes.tell('history', null);
      inBackground(log, 'engine.history-not-read', loadHistory());
    }),
    ...[...clusters.values()].map((cluster) =>
      cluster.view.onChange((batch) => {
        const notes = [...cluster.view.syncOffNotes().keys()].join(' ');
        const known = notesKnown.get(cluster) ?? '';
        notesKnown.set(cluster, notes);
        if (notes !== known) debtsChanged();
        // Workflows of bags belong to no app.
        if (batch.some(({ topic, app }) => app === null && topic !== 'status')) changes.tell('bags', null);
        for (const { topic, app } of batch) {
          if (topic === 'status' || topic === 'freshness') changes.tell('cluster', cluster.view.environment);
          if (topic === 'status') continue;
          if (topic === 'pod') {
            // Its rollout is shown again; no cell rests on it.
            changes.tell('rollout', app);
            continue;
          }
          // A workflow that names no app is on no app's page and in no cell.
          if (topic !== 'workflow' || app !== null) touch(app, cluster.view.environment, topic === 'rollout');
          if (topic === 'rollout' || topic === 'workflow') changes.tell(topic, app);
          if (topic === 'application') changes.tell('rollout', app);
        }
      }),
    ),
  ];
  for (const [pipeline, view] of world.concourses)
    stops.push(view.onChange(() => changes.tell('bags', pipeline)));
  inBackground(log, 'engine.history-not-read', loadHistory());
  const bags = createBags(world, closing.signal, changes);

  function refusal(intent: Intent): Failure | null {
    if (ledger.readOnlyBecause !== null) return readOnlyFailure(ledger.readOnlyBecause);
    if (!isAppIntent(intent)) return null;
    const { app, environment } = intent;
    if (!estate.environments.some((one) => one.name === environment))
      return notFound(`environment ${environment}`);
    const known = world.reader.view(ledger.snapshot()).files.get(environment);
    if (ledger.snapshot().commit !== null && !known?.has(app))
      return notFound(`file of ${app} in ${environment}`);
    const other = runner.running(app, environment, null);
    if (!other || mayStepIn(intent, other)) return null;
    return {
      code: 'busy',
      message: `Another operation is running there: ${titleOf(other.intent)}.`,
      meaning: 'Only one operation can run per app and environment. Nothing was changed.',
      next: [{ do: 'open-operation', label: 'Open it', operationId: other.id }],
    };
  }

  const engine: Engine = {
    start: (asked, seen, operationId = uuidv7()) => {
      if (runner.get(operationId)) return ok({ operationId });
      const parsed = intentSchema.safeParse(asked);
      if (!parsed.success)
        return fail({
          code: 'invalid-input',
          message: parsed.error.issues[0]?.message ?? 'The request is not valid.',
          meaning: 'Nothing was changed.',
          next: [],
        });
      const intent = parsed.data;
      const refused = refusal(intent);
      if (refused) return fail(refused);
      try {
        runner.begin(operationId, intent, seen);
      } catch (error) {
        return fail(failureOf(error));
      }
      return ok({ operationId });
    },
    get: (operationId) => {
      const operation = runner.get(operationId);
      return operation ? ok(operation) : fail(notFound('such operation'));
    },
    list: ({ app, environment, open, limit }) =>
      runner
        .list()
        .filter(({ intent }) => {
          const subject = subjectOf(intent);
          return (
            (app === undefined || ('app' in subject && subject.app === app)) &&
            (environment === undefined || subject.environment === environment)
          );
        })
        .filter((one) => open === undefined || (one.state === 'running') === open)
        .slice(0, limit),
    claims: () => runner.records().flatMap((record) => ownClaim(record) ?? []),
    cancel: (operationId) => {
      const failure = runner.cancel(operationId);
      const operation = runner.get(operationId);
      return failure || !operation ? fail(failure ?? notFound('such operation')) : ok(operation);
    },
    earlyPreview: (intent) => earlyPreview(world, intent),
    preview: (intent, signal = closing.signal) => preview(world, intent, signal),
    reasons: (commit) => reasonsFor(ledger.snapshot(), commit),
    notes: (app) => {
      const { notes, noteProblems: problems } = notesFor(ledger.snapshot(), app);
      return { notes, problems };
    },
    marks: (app) =>
      [...(marksIn(ledger.snapshot()).get(app) ?? [])].map(([version, found]) => ({
        version,
        mark: found.ok ? found.value : null,
      })),
    bags,
    ownCommits: world.routes,
    freezes: {
      list: () => freezesView(world, freezeRequests),
      preview: async (intent) => {
        const limited = AbortSignal.any([closing.signal, AbortSignal.timeout(world.limits.look)]);
        await askFreezeWay(world, limited);
        return freezeFindings(world, intent);
      },
    },
    apps,
    board: () => keeper.board(),
    changedCells: (after) => keeper.changedCells(after),
    cells: (apps) => apps.flatMap((app) => keeper.cells(app)),
    app: (name) => {
      const found = keeper.cells(name);
      if (found.length === 0) return fail(notFound(`app ${name}`));
      const previous = Object.fromEntries(
        found.map(({ environment, ledger: file }) => {
          const list = cells.deployments(name, environment);
          const last = list.find((one) => one.to === file?.version) ?? list[0];
          return [environment, last?.from ?? null];
        }),
      );
      return ok({ app: name, sourceUrl: config.sources?.webUrl(name) ?? null, cells: [...found], previous });
    },
    onChange: changes.onChange,
    recover: async () => {
      const open = runner.list().filter((one) => one.state === 'running');
      // What the findings rest on has to be known again, or every resumed operation would stop at "unknown".
      const resumed = open.flatMap(({ intent }) =>
        isAppIntent(intent)
          ? [intent.app]
          : 'pipeline' in intent
            ? servicesOf(estate, intent)
            : intent.kind === 'batch'
              ? intent.items.map((one) => one.intent.app)
              : [],
      );
      if (resumed.length > 0) await cells.load(new Set(resumed));
      await bags.ready();
      if (closing.signal.aborted) return;
      runner.resume();
      const autopilot = startAutopilot(world, (intent) => engine.start(intent, []), closing.signal);
      const freezes = startFreezeAutopilot(
        world,
        (intent) => engine.start(intent, []),
        freezeRequests,
        closing.signal,
      );
      const tags = makeUpForPassTags(world, closing.signal);
      const records = keepRouteRecords(world, runner.records, closing.signal);
      const emergency = shareDebts(world, closing.signal);
      const look = (): void => {
        autopilot.look();
        tags.look();
        freezes.look();
        emergency.look();
      };
      stops.push(
        changes.onChange((batch) => batch.some(({ topic }) => topic === 'bags') && look()),
        changes.onChange((batch) => batch.some(({ topic }) => topic === 'operation') && records.look()),
      );
      look();
      records.look();
    },
    idle: () => runner.idle(),
    notices: () => (journal.notice === null ? [] : [journal.notice]),
    close: async () => {
      closing.abort();
      for (const stop of stops) stop();
      forgetRelease?.();
      changes.close();
      sources.close();
      images.close();
      await runner.close();
      journal.close();
    },
  };
  return engine;
}
