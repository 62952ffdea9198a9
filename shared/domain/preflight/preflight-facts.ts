import type { Cell } from '../board/board';
import type { Freshness } from '../board/freshness';
import type { DebtView } from '../emergency/debt';
import type { ClusterAccess } from '../estate/cluster-access';
import type { Failure } from '../failure/failure';
import type { ShutGate } from '../hold/hold-plan';
import type { HoldRecord } from '../hold/hold-record';
import type { Change } from '../ledger/change';
import type { CommitChecks } from '../ledger/commit-checks';
import type { ImageFound } from '../ledger/image-found';
import type { MarkSeen } from '../marks/mark';
import type { Note } from '../notes/note';
import type { ReleaseSeen } from '../notes/release-note';
import type { AppIntent } from '../operation/intent';
import type { ClusterGap } from '../rollout/cluster-status';
import type { SyncWindowsView } from '../rollout/sync-window-view';
import type { RoutePlan } from '../route/route';
import type { RouteFacts } from '../route/route-access';
import type { CheckPolicy } from './check-policy';
import type { HoursNow } from './deploy-hours';
import type { FrozenNow } from './preflight-freeze';
import type { Evidence } from './rollback-target';
import type { StandingSync } from './sync-in-the-way';
import type { Me } from './whose';

/** How the tests of a version went in the environment before. */
export interface TestsBefore {
  /**
   * `hidden`: the person may not see them there. `forgotten`: nothing is left of them, which is usual for what was
   * deployed a while ago, and nothing speaks against the version. `given-up`: the same, and it was rolled back from or
   * seen failing there.
   */
  state: 'passed' | 'failed' | 'running' | 'none' | 'hidden' | 'forgotten' | 'given-up' | 'unknown';
  /** What was looked at. */
  evidence: string;
}

/** What the ledger says at one commit about the cell; computed again on the snapshot that a transaction lands on. */
export interface LedgerFacts {
  commit: string | null;
  /** Whether the app has a file there. */
  exists: boolean;
  version: string | null;
  automaticDeploys: boolean | null;
  problem: Failure | null;
  hold: HoldRecord | null;
  /** Why the hold's file cannot be read. */
  holdProblem: string | null;
  /** A newer Signalbox wrote the hold, so that it is not changed here; says so. */
  holdNewer: string | null;
  /** The gate into the environment is shut without a hold of its own. */
  gate: ShutGate | null;
  /** Freezes in force there. */
  frozen: FrozenNow;
  /** Locks of the environment that somebody else holds, or that cannot be read: then nothing is deployed there. */
  locks: readonly { pipeline: string; text: string; by?: string }[];
  /** The version in the environment before; `null` where there is none. */
  versionBefore: string | null;
  /** What marks the wanted version bad, here or anywhere. */
  marks: readonly MarkSeen[];
  /** What to know when deploying the app, newest first; the estate's own notes last. */
  notes: readonly Note[];
  /** Why notes can't be read, where some can't. */
  noteProblems: readonly string[];
}

/** A deployment or promotion of the app that has not ended, in another environment or into this one. */
export interface OnItsWay {
  /** Where it is seen. */
  environment: string;
  /** As a sentence without its end. */
  what: string;
  /** What was looked at. */
  evidence: string;
  /** The version that it brings or tests; `null`: it does not say. */
  version: string | null;
  /** It may bring its version into the environment of the intent. */
  into: boolean;
}

/** What was seen outside the ledger, gathered ahead: preflight itself asks nobody. */
export interface OutsideFacts {
  readOnlyBecause: string | null;
  /** How it would land, by the person's rights. */
  route: RoutePlan;
  production: boolean;
  /** How the environment stands to its deploy hours; `null`: it has none. */
  hours: HoursNow | null;
  /** The environment before in the chain. */
  before: string | null;
  /** `stale` is a mirror that was not asked yet. */
  ledger: Freshness | { state: 'stale'; asOf: string | null };
  /** Since when and why the release repo counts as away, see `remoteAway`; `null`: it does not. */
  remoteAway: { since: string; why: string } | null;
  /** Emergency rollbacks in the environment that are not put back yet. */
  debts: readonly DebtView[];
  /** The parent Application there; `null`: no cluster. */
  parent: string | null;
  /** The operation that holds the cell, when another one does. */
  running: { id: string; what: string } | null;
  /** The operation of this console there that only watches by now, and ends as superseded when this one lands. */
  overtakes: { id: string; what: string; isRollingOut: boolean } | null;
  cluster: Freshness;
  /** What Argo CD's sync windows say there; `null`: the app has no Application there. */
  syncWindows: SyncWindowsView | null;
  /** Syncs of the app's Applications, and of their parent, that are not over. */
  syncs: readonly StandingSync[];
  /** Kinds that cannot be seen in the environment although its cluster answers. */
  gaps: readonly ClusterGap[];
  /** What one may do in the clusters that the intent touches and that answer. */
  access: readonly { environment: string; access: ClusterAccess }[];
  health: Cell['health'];
  inStep: boolean | null;
  /** Whether the estate names source repos, so that the app's can be asked at all. */
  asksRepo: boolean;
  /** Whether the repo has the version as a tag or commit; `null`: could not be asked, or was not asked yet. */
  published: boolean | null;
  /** What ran on the version's commit; `null`: there is nobody to ask. */
  checks: CommitChecks | 'not-asked' | null;
  /** What the registry said of its image; `null`: the estate names no registry. */
  image: ImageFound | 'not-asked' | null;
  /** How the version did in this environment earlier; `null` when it never ran there as far as is known. */
  evidenceHere: Evidence | null;
  /** What differs between the present version and the wanted one; `null`: not asked yet. */
  change: Change | null;
  testsBefore: TestsBefore;
  /** What else of the app moves along its chain. */
  onItsWay: readonly OnItsWay[];
  /** Tags of the images that ready pods of the app run there; empty: none, or not seen. */
  serving: readonly string[];
  /** The GitHub team of the environment, and whether the person is in it; `null`: the estate names none. */
  team: (NonNullable<RouteFacts['team']> & { page: string | null }) | null;
  /** Who owns what it is about, by the CODEOWNERS files: its file in the release repo, its repo, the migrations in it. */
  owners: Readonly<
    Record<'tagFile' | 'app' | 'migrations', readonly { name: string; page: string | null }[]>
  >;
  /** Where people read Signalbox's own records, before a record's path; `null`: nowhere that is known. */
  recordsPage: string | null;
  /** What the Release app says to know when deploying the app; `null`: it is not to be asked. */
  release: ReleaseSeen | 'not-asked' | null;
  /** How much the environment's checks count; left out: as they are. */
  policy: CheckPolicy | undefined;
  /** Who the person is. */
  me: Me;
}

/** An intent that brings a version somewhere. */
export type Ask = Extract<AppIntent, { expected: string | null }>;
