import { z } from 'zod';
import { failureSchema } from '../failure/failure';
import { deploymentKindSchema, deploymentSchema } from './deployment';

/**
 * What the history feed tells, oldest first within one commit and file: an app's file appeared in an
 * environment, its version changed, automatic deploys were held or released
 * (`automatic_deploys_enabled` became or stopped being `false`), promotion was switched
 * (`promote_deployment` became or stopped being `true`), the file went, the file moved and is still the same app's.
 */
const appEventTypes = [
  'appeared',
  'deployment',
  'hold-set',
  'hold-released',
  'promotion-on',
  'promotion-off',
  'gone',
  'moved',
] as const;

/**
 * What the feed tells of the files that Signalbox keeps under `.signalbox/` (shared/domain/ledger/ledger-events.ts): locks
 * taken and given back, freezes, bags packed, started, failed and passed, pins, bad marks, autopilots; `ledger-changed`
 * is any other change there. `unknown`: what a Concourse ran meanwhile is known to nobody.
 */
const ledgerEventTypes = [
  'locked',
  'unlocked',
  'frozen',
  'unfrozen',
  'bag-packed',
  'bag-started',
  'bag-failed',
  'bag-passed',
  'pinned',
  'unpinned',
  'marked-bad',
  'unmarked-bad',
  'autopilot-on',
  'autopilot-off',
  'ledger-changed',
  'freeze-set',
  'freeze-changed',
  'freeze-lifted',
  'unknown',
] as const;
const ledgerEventTypeSchema = z.enum(ledgerEventTypes);
export type LedgerEventType = z.infer<typeof ledgerEventTypeSchema>;
export const isLedgerEventType = (type: HistoryEventType): type is LedgerEventType =>
  (ledgerEventTypes as readonly HistoryEventType[]).includes(type);

export const historyEventTypes = [...appEventTypes, ...ledgerEventTypes] as const;
export const historyEventTypeSchema = z.enum(historyEventTypes);
export type HistoryEventType = z.infer<typeof historyEventTypeSchema>;

const position = {
  /**
   * Place on its branch's line: of two events of one branch the newer one has the greater id; those of records that lie
   * apart are beyond all others. Changes when the index is rebuilt.
   */
  id: z.number().int(),
  /** First paragraph, on one line, of the message of the commit that made the change (git's `%s`). */
  subject: z.string(),
  /** Who keeps the record: left out: the release repo; `concourse`: what a Concourse told, kept by Signalbox. */
  origin: z.literal('concourse').optional(),
};

/** A deployment as the feed shows it. `returns`: the version ran there before, whatever its kind says. */
export const deploymentEventSchema = deploymentSchema.extend({
  ...position,
  type: z.literal('deployment'),
  returns: z.boolean(),
});
export type DeploymentEvent = z.infer<typeof deploymentEventSchema>;

/**
 * Everything in the feed of apps that is no deployment. `version` is what main said there then (before it went, for
 * `gone`). `otherPath`: for `moved` the path that the file had before, nothing was deployed by that; for `gone` the path
 * that it has since, if it moved; for `appeared` a file that went in the same commit and may be the same app under another
 * name, which nothing proves.
 */
const otherEventSchema = deploymentSchema.omit({ from: true, to: true, kind: true }).extend({
  ...position,
  type: z.enum(['appeared', 'hold-set', 'hold-released', 'promotion-on', 'promotion-off', 'gone', 'moved']),
  version: z.string().nullable(),
  otherPath: z.string().optional(),
});

/**
 * A change under `.signalbox/`. `app` and `environment` are empty where it is about no single one (a bag, a whole
 * environment). `version`: the bag's number or the version that it is about, as far as there is one.
 */
export const ledgerEventSchema = deploymentSchema.omit({ from: true, to: true, kind: true }).extend({
  ...position,
  type: ledgerEventTypeSchema,
  version: z.string().nullable(),
  /** The pipeline of bags that it is about, `null` where it is about none. */
  pipeline: z.string().nullable(),
  /** The file that changed. */
  path: z.string(),
});
export type LedgerEvent = z.infer<typeof ledgerEventSchema>;

export const historyEventSchema = z.discriminatedUnion('type', [
  deploymentEventSchema,
  otherEventSchema,
  ledgerEventSchema,
]);
export type HistoryEvent = z.infer<typeof historyEventSchema>;

/** Which events are wanted. Values of one field are alternatives, fields are combined. */
export const historyFilterSchema = z.object({
  apps: z.array(z.string()).optional(),
  environments: z.array(z.string()).optional(),
  types: z.array(historyEventTypeSchema).optional(),
  /** Which deployments, by kind. Alone it leaves these; with `types` these and the other types that are named there. */
  kinds: z.array(deploymentKindSchema).optional(),
  actors: z.array(z.string()).optional(),
  /** ISO 8601: at or after. */
  since: z.string().optional(),
  /** ISO 8601: before (exclusive). */
  until: z.string().optional(),
  /** Words that all occur in app, environment, version, author, message or reason; the last one may be unfinished. */
  text: z.string().max(500).optional(),
});
export type HistoryFilter = z.infer<typeof historyFilterSchema>;

/**
 * A row per story and not per event: what one operation changed, or one commit that is no operation's. Told by the event
 * that says most, among those that the filter leaves.
 */
const asStories = { stories: z.boolean().optional() };

export const feedQuerySchema = historyFilterSchema.extend({
  /** Keyset paging: only events older than this id (the `next` of the page before). */
  before: z.number().int().optional(),
  limit: z.number().int().min(1).max(1000),
  ...asStories,
});
export type FeedQuery = z.infer<typeof feedQuerySchema>;

export const feedPageSchema = z.object({
  /** Newest first. */
  events: z.array(historyEventSchema),
  /** Pass as `before` for the next page; `null` when there is no more. */
  next: z.number().int().nullable(),
  /** Of stories: how many events each has, in the order of `events`. */
  sizes: z.array(z.number().int()).optional(),
});
export type FeedPage = z.infer<typeof feedPageSchema>;

export const feedOutlineQuerySchema = historyFilterSchema.extend({
  /** Rows of a page, but of the first, which has what is left over. */
  pageSize: z.number().int().min(20).max(1000),
  ...asStories,
});
export type FeedOutlineQuery = z.infer<typeof feedOutlineQuerySchema>;

/**
 * The shape of a feed without its events: enough to lay out a list of 115,000 rows and to fetch any page of it. Rows
 * count from 0, newest first.
 */
export const feedOutlineSchema = z.object({
  total: z.number().int(),
  /** First row of each page, and what to pass as `before` to fetch it. */
  pages: z.array(z.object({ row: z.number().int(), before: z.number().int().nullable() })),
  /** Stretches of rows of one day (local time of this machine): first row, number of rows, and when the day began. */
  days: z.array(z.object({ row: z.number().int(), count: z.number().int(), from: z.string() })),
  oldest: z.string().nullable(),
  newest: z.string().nullable(),
  /** Of stories: how many events they are made of. */
  events: z.number().int().optional(),
  /** Of stories: who deployed most, by operations; at most five, most first. */
  people: z.array(z.object({ name: z.string(), deployments: z.number().int() })).optional(),
});
export type FeedOutline = z.infer<typeof feedOutlineSchema>;

/** One stay of a version in an environment. */
export const versionRunSchema = z.object({
  version: z.string(),
  /** The deployment that brought it. */
  deployment: deploymentEventSchema,
  /** ISO 8601: when the next change came, `null` while main still says it. */
  until: z.string().nullable(),
  /** What came next; `null` while it runs, and when the app went instead. */
  replacedBy: z.string().nullable(),
  /** Whether what came next was a `rollback`. */
  rolledBack: z.boolean(),
});
export type VersionRun = z.infer<typeof versionRunSchema>;

/** One app in one environment, as main said it at some commit. `null` = the file does not say. */
export const historicCellSchema = z.object({
  app: z.string(),
  environment: z.string(),
  version: z.string().nullable(),
  automaticDeploys: z.boolean().nullable(),
  promote: z.boolean().nullable(),
  /** The deployment that brought the version; `null` without a version or when it lies before the beginning of the history. */
  deployment: deploymentEventSchema.nullable(),
});
export type HistoricCell = z.infer<typeof historicCellSchema>;

/** The moment that a question is about: a time (ISO 8601), or the place of an event on the line. */
export const momentSchema = z.union([z.object({ at: z.string() }), z.object({ id: z.number().int() })]);
export type Moment = z.infer<typeof momentSchema>;

/** The board as of a moment: as of the newest commit on the line whose committer time is no later. */
export const historicBoardSchema = z.object({
  /** Commit and time of the newest event that counts; `null` when the moment lies before all history. */
  commit: z.string().nullable(),
  at: z.string().nullable(),
  cells: z.array(historicCellSchema),
  /** What stood then under `.signalbox/`: locks held, freezes, pins, bad marks, autopilots that were off; newest first. */
  standing: z.array(ledgerEventSchema),
});
export type HistoricBoard = z.infer<typeof historicBoardSchema>;

/** Two boards side by side, only where they differ. A missing side is `null`. */
export const comparedCellSchema = z.object({
  app: z.string(),
  left: historicCellSchema.nullable(),
  right: historicCellSchema.nullable(),
});
export type ComparedCell = z.infer<typeof comparedCellSchema>;

/** One side of a comparison: a whole moment, or one environment at a moment (apps are then matched by name). */
export const comparedSideSchema = z.object({ moment: momentSchema, environment: z.string().optional() });
export type ComparedSide = z.infer<typeof comparedSideSchema>;

export const figuresQuerySchema = z.object({
  /** The chain of environments, first to last; lead time runs from the first to the last. */
  environments: z.array(z.string()).min(1),
  apps: z.array(z.string()).optional(),
  since: z.string(),
  until: z.string(),
  /** What a row is: one app, one person (who did it, where that is known), one month, or everything together. */
  by: z.enum(['app', 'actor', 'day', 'week', 'month', 'all']),
});
export type FiguresQuery = z.infer<typeof figuresQuerySchema>;

/**
 * Delivery figures of one app, person or period (by this machine's time zone; weeks begin on Monday), in the last environment of the chain.
 * - `deployments`: deployments there.
 * - `leadTime`: from the first deployment of a version in the first environment to its first deployment in
 *   the last one, by the versions that reached the last one in the period; milliseconds.
 * - `rolledBack`: deployments there that were replaced by a `rollback`.
 * - `restore`: how long such a deployment stood until then; milliseconds.
 */
export const figuresRowSchema = z.object({
  key: z.string(),
  deployments: z.number().int(),
  leadTime: z.object({ median: z.number(), p90: z.number(), count: z.number().int() }).nullable(),
  rolledBack: z.number().int(),
  restore: z.object({ median: z.number(), p90: z.number(), count: z.number().int() }).nullable(),
});
export type FiguresRow = z.infer<typeof figuresRowSchema>;

/** Where the history begins, and why there. `unfinished`: older history is still being indexed. */
export const historyBeginningSchema = z.object({
  reason: z.enum(['root', 'shallow', 'partial', 'unfinished']),
  at: z.string(),
  commit: z.string(),
});
export type HistoryBeginning = z.infer<typeof historyBeginningSchema>;

/** What the history worker is doing and how far it is. */
export const historyStatusSchema = z.object({
  /** `failed`: the last attempt to read the repo or to write the index failed; what is indexed still answers. */
  phase: z.enum(['opening', 'indexing', 'ready', 'failed']),
  /** Commits read so far, about how many there are (unknown for the first moments), milliseconds left. */
  progress: z
    .object({ done: z.number().int(), total: z.number().int().nullable(), msLeft: z.number().nullable() })
    .nullable(),
  /** The tip of the branch that the index knows. */
  tip: z.string().nullable(),
  beginning: historyBeginningSchema.nullable(),
  /** Something that happened to the index by itself, worth telling once (rebuilt, rewritten branch). */
  notice: z.string().nullable(),
  failure: failureSchema.nullable(),
  /** Grows whenever events tell of another person than before; left out: it never did. */
  attributed: z.number().int().optional(),
});
export type HistoryStatus = z.infer<typeof historyStatusSchema>;
