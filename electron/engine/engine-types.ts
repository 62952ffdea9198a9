import type { EarlyPreview, Preview } from '../../shared/contract/operations';
import type { Claim } from '../../shared/domain/attribution/claims';
import type { Board, BoardCells, Cell } from '../../shared/domain/board/board';
import type { Estate } from '../../shared/domain/estate/estate';
import type { Result } from '../../shared/domain/failure/failure';
import type { FreezesView } from '../../shared/domain/freeze/freeze-view';
import type { Mark } from '../../shared/domain/marks/mark';
import type { Note } from '../../shared/domain/notes/note';
import type { AppIntent, FreezeIntent, Intent } from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import type { Finding } from '../../shared/domain/preflight/finding';
import type { Announce } from '../announcements/announce';
import type { Identity, Ledger } from '../ledger/ledger';
import type { Log } from '../log/log';
import type { Cluster } from '../observation/types';
import type { ConcourseView } from '../systems/concourse/observe-concourse';
import type { Sources } from '../systems/github/github-sources';
import type { PullRequests } from '../systems/github/pull-requests';
import type { RepoRights } from '../systems/github/repo-rights';
import type { WorkflowRuns } from '../systems/github/workflow-dispatch';
import type { AppImages } from '../systems/registry/app-images';
import type { BagsEngine } from './bags/bags-engine';
import type { boardKeeper } from './board-keeper';
import type { EngineChange } from './changes';
import type { Journal } from './journal';
import type { DeploymentHistory, Observations, ReleaseNotes, RunWatch } from './ports';
import type { Routes } from './routes/routes';
import type { Limits, World } from './world';

/** What an engine is made of. It knows no `electron` and no practice estate: everything comes from outside. */
export interface EngineConfig {
  estate: Estate;
  ledger: Ledger;
  /** By environment; an environment without one is only read and written, never watched. */
  clusters: ReadonlyMap<string, Cluster>;
  /** By pipeline; left out: no Concourse runs any. */
  concourses?: ReadonlyMap<string, ConcourseView>;
  /** `null`: the estate names no source repos. */
  sources: Sources | null;
  /** The apps' images; left out: the estate names no registry. */
  images?: AppImages | null;
  history: DeploymentHistory;
  observations: Observations;
  /** SQLite file of the journal; created when missing. One process at a time. */
  journalFile: string;
  /** Opens the journal; `openJournal` unless something is to stand between it and the engine. */
  openJournal?: (file: string, now: () => Date) => Journal;
  /** Makes what keeps the board; `boardKeeper` unless something is to be held against it. */
  keepBoard?: typeof boardKeeper;
  /** Who signs commits and appears as the actor; asked each time, since settings may change. */
  identity: () => Identity;
  /** Runs of GitHub Actions workflows; left out: the estate names no GitHub. */
  workflowRuns?: WorkflowRuns | null;
  /** What is inside of such a run; left out: not looked at. */
  runWatch?: RunWatch | null;
  /** Pull requests of the release repo; left out: the estate names no GitHub for it. */
  pullRequests?: PullRequests | null;
  /** What GitHub says of the person's rights; left out: the estate names no GitHub. */
  rights?: RepoRights | null;
  /** Workflows of no app that were seen in an environment and kept, newest first; left out: none were kept. */
  savedWorkflows?: World['savedWorkflows'];
  /** This console's own autopilot, kept across starts; left out: always off. */
  consoleAutopilot?: World['consoleAutopilot'];
  /** How environments stand to their deploy hours; left out: none has any. */
  hours?: World['hours'];
  /** What the Release app says of apps; left out: nobody asks it. */
  release?: ReleaseNotes | null;
  /** Tells people what happened; left out: nobody is told. */
  announce?: Announce;
  limits?: Partial<Limits>;
  now?: () => Date;
  /** Left out: nothing is logged. */
  log?: Log;
}

/** One app across its environments. */
export interface AppView {
  app: string;
  sourceUrl: string | null;
  cells: Cell[];
  /** Version before the present one, by environment. */
  previous: Record<string, string | null>;
}

/** Which operations are wanted; fields are combined. */
export interface OperationFilter {
  app?: string | undefined;
  environment?: string | undefined;
  /** `true`: only those that still run; `false`: only ended ones. */
  open?: boolean | undefined;
  limit: number;
}

/** Everything a release manager does and sees, without a window. */
export interface Engine {
  /**
   * Begins an operation and returns its id (UUIDv7) at once. `seen`: the findings that the person saw.
   * `operationId`: the one to begin, from main itself; where the journal has it, it was begun already.
   * Fails with `busy` (`next` opens the one that is in the way), `read-only`, `not-found`, `disk-full`, `invalid-input`.
   */
  start(intent: Intent, seen: readonly Finding[], operationId?: string): Result<{ operationId: string }>;
  get(operationId: string): Result<Operation>;
  list(filter: OperationFilter): Operation[];
  /** Of the commits that others made for operations of this console: whose they are, as its journal knows. */
  claims(): Claim[];
  /** Cancels while nothing was committed; else fails with `refused`, saying why. */
  cancel(operationId: string): Result<Operation>;
  /** What an intent would do, and all findings, before anyone commits. Asks the app's source repo, with a limit. */
  preview(intent: AppIntent, signal?: AbortSignal): Promise<Result<Preview>>;
  /** What of that is known at once, and what is still asked. */
  earlyPreview(intent: AppIntent): EarlyPreview;
  /** Every app that has a file, by name. */
  apps(): string[];
  board(): Board;
  /** The cells that changed after a revision of the board; `null`: all. */
  changedCells(after: number | null): BoardCells;
  /** The cells of these apps as the board has them, of each in the order of the environments. */
  cells(apps: readonly string[]): Cell[];
  /** Notes of an app and of the estate; `null`: the estate's alone. */
  /** What was said afterwards of why a commit deployed, oldest first. */
  reasons(commit: string): Note[];
  notes(app: string | null): { notes: Note[]; problems: string[] };
  /** Versions of an app that are marked bad for everywhere; `null`: the record can't be read, and counts. */
  marks(app: string): { version: string; mark: Mark | null }[];
  /** Pipelines of bags. */
  readonly bags: BagsEngine;
  /** What commits of the person's own come to, where nothing else carries them. */
  readonly ownCommits: Pick<Routes, 'ownCommit' | 'askOwnCommit' | 'recordsCommit' | 'askRecordsCommit'>;
  readonly freezes: {
    list(): FreezesView;
    /** Everything that speaks against a change of freezes, and what it comes to. */
    preview(intent: FreezeIntent): Promise<Finding[]>;
  };
  /** Fails with `not-found` for an app that has no file anywhere. */
  app(name: string): Result<AppView>;
  /** What changed, gathered into batches of one frame. Returns the unsubscribe. */
  onChange(listener: (changes: readonly EngineChange[]) => void): () => void;
  /**
   * Once after the start: looks at what is known of the history, then carries on with operations that an earlier
   * process left open. Resolves when they run again (not when they end).
   */
  recover(): Promise<void>;
  /** Resolves when no operation runs. */
  idle(): Promise<void>;
  /** What happened to the engine's own files, for a person; empty when nothing. */
  notices(): string[];
  /** Lets go of everything; what runs is carried on at the next start. Neither ledger nor clusters are closed. */
  close(): Promise<void>;
}
