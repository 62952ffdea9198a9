import type { Claim } from '../../shared/domain/attribution/claims';
import type {
  ComparedCell,
  ComparedSide,
  DeploymentEvent,
  FeedOutline,
  FeedOutlineQuery,
  FeedPage,
  FeedQuery,
  FiguresQuery,
  FiguresRow,
  HistoricBoard,
  HistoryEvent,
  HistoryStatus,
  Moment,
  VersionRun,
} from '../../shared/domain/history/history-event';
import type { CallReply } from '../threads/calls';

/** What the worker is started with. */
export interface WorkerOptions {
  repo: string;
  branch: string;
  indexFile: string;
  template: string;
  /** Where records of operations lie, if not on the branch itself; `repo` a local one. */
  records?: { repo: string; branch: string };
  /** What Concourses told, as Signalbox keeps it: a local repo and a branch, which need not be there yet. */
  concourse?: { repo: string; branch: string };
  /** Where the worker writes which blob it reads. */
  mark?: SharedArrayBuffer;
  /** Blobs that ended a worker before: they are not read. */
  skipped?: readonly string[];
  /** For tests of a full disk: pages of 4 kB that the index may have. */
  maxPageCount?: number;
}

/** Every question by name: what goes in and what comes out. */
export interface Questions {
  update: { input: null; output: HistoryStatus };
  /** What this console knows of operations and runs, all of it: counts from the next update on. */
  tell: { input: readonly Claim[]; output: null };
  feed: { input: FeedQuery; output: FeedPage };
  outline: { input: FeedOutlineQuery; output: FeedOutline };
  /** All events of the story that an event belongs to, newest first. */
  story: { input: { id: number }; output: { events: HistoryEvent[]; total: number } };
  lastDeployments: { input: null; output: DeploymentEvent[] };
  deployments: {
    input: { app: string; environment?: string | undefined; limit: number };
    output: DeploymentEvent[];
  };
  previousVersions: { input: { app: string; environment: string; limit: number }; output: VersionRun[] };
  board: { input: Moment; output: HistoricBoard };
  versionHistory: {
    input: { app: string; version: string };
    output: (VersionRun & { environment: string })[];
  };
  compare: { input: { left: ComparedSide; right: ComparedSide }; output: ComparedCell[] };
  figures: { input: FiguresQuery; output: FiguresRow[] };
  names: { input: null; output: { apps: string[]; environments: string[]; actors: string[] } };
}
export type QuestionName = keyof Questions;

/** From the client to the worker. */
/** One question, numbered. */
export type Call = {
  [Name in QuestionName]: { id: number; question: Name; input: Questions[Name]['input'] };
}[QuestionName];

export type Request = Call | { cancel: number } | { close: true };

/** From the worker to the client. */
export type Reply = CallReply | { status: HistoryStatus };
