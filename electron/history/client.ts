import type {
  ComparedCell,
  ComparedSide,
  DeploymentEvent,
  FeedPage,
  FeedQuery,
  FiguresQuery,
  FiguresRow,
  HistoricBoard,
  HistoryFilter,
  HistoryStatus,
  Moment,
  VersionRun,
} from '../../shared/domain/history';

/** Where the history is read from and kept. */
export interface HistoryOptions {
  /** Absolute path of the local repo (the mirror): a bare repo or a work tree. Only read. */
  repo: string;
  /** Branch name (`main`) or full ref. */
  branch: string;
  /** Absolute path of the index file. Derived: deleting it loses nothing but time. */
  indexFile: string;
  /** Where image-tag files lie, default `charts/app-config/image-tags/<environment>/<app>`. */
  template?: string;
}

/**
 * The history of one branch, answered by a worker thread from a derived index. Questions work from the first
 * second on, over what is indexed so far (newest first); `status().beginning` says how far back that is.
 * Every question rejects with a FailureError (`invalid-input`, `bad-data`, `cancelled`, `internal`).
 */
export interface History {
  /** The last status that the worker told. */
  status(): HistoryStatus;
  /** Called on every change of status; returns the unsubscribe. */
  onStatus(listener: (status: HistoryStatus) => void): () => void;
  /**
   * Brings the index up to the branch's tip: first time everything, then only what is new or was rewritten.
   * Resolves when done; a second call while one runs waits for that one and then looks again.
   * Call it after every fetch. Rejects with a FailureError (`not-found` repo or branch, `disk-full`, …); what was
   * indexed still answers.
   */
  update(signal?: AbortSignal): Promise<HistoryStatus>;
  /** The feed, newest first. */
  feed(query: FeedQuery): Promise<FeedPage>;
  /** The newest deployment of every app in every environment where main still has a file for it: the ages of the board's cells. */
  lastDeployments(): Promise<DeploymentEvent[]>;
  /** Deployments of one app, newest first. */
  deployments(query: { app: string; environment?: string; limit: number }): Promise<DeploymentEvent[]>;
  /** Versions that ran there before the present one, each once, most recent first. */
  previousVersions(query: { app: string; environment: string; limit: number }): Promise<VersionRun[]>;
  /** Every cell as it was at a moment. */
  board(moment: Moment): Promise<HistoricBoard>;
  /** Every stay of a version of an app, in every environment, oldest first. */
  versionWay(query: { app: string; version: string }): Promise<(VersionRun & { environment: string })[]>;
  /** Where two moments or two environments differ. */
  compare(left: ComparedSide, right: ComparedSide): Promise<ComparedCell[]>;
  /** Delivery figures. */
  figures(query: FiguresQuery): Promise<FiguresRow[]>;
  /** Names for filters: every app, environment and author that occurs. */
  names(): Promise<{ apps: string[]; environments: string[]; actors: string[] }>;
  /** A filtered view as CSV (RFC 4180, no cell becomes a formula) or JSON lines in one array, chunk by chunk. */
  exportEvents(filter: HistoryFilter, format: 'csv' | 'json', signal?: AbortSignal): AsyncIterable<string>;
  /** Stops the worker; an update in progress goes on at the next start where it was. */
  close(): Promise<void>;
}
