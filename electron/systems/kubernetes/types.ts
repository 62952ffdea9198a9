/*
 * The adapters of this folder, by file:
 *   connection.ts  connect(options: ConnectionOptions): Promise<Connection>; patient-connection.ts: at once, tried again
 *   probe.ts       probe(connection, signal): Promise<Result<Probe>>
 *   watch.ts       watchResource<T>(options: WatchOptions<T>): Promise<void>, resolves when the signal is aborted
 *   objects.ts     getObject, listObjects, createObject, patchObject, deleteObject, changeObject
 *   reviews.ts     reviewRight(connection, right, signal): Promise<RightAnswer>, whoAmI(connection, signal)
 *   stream-logs.ts        streamLogs(request: LogRequest, onLines, onState, signal): Promise<void>
 */
import type { IncomingMessage } from 'node:http';
import type { V1ObjectMeta } from '@kubernetes/client-node';
import type { Freshness } from '../../../shared/domain/board/freshness';
import type { ClusterExec } from '../../../shared/domain/estate/cluster-exec';
import type { Failure, Result } from '../../../shared/domain/failure/failure';
import type { KubeFailure } from './kube-failure';
import type { Trust } from './trust';

/** Any object as it comes from an API server. Fields beyond these are read through a `trim` or a zod schema. */
export interface KubeObject {
  apiVersion?: string;
  kind?: string;
  metadata: KubeMeta;
  [field: string]: unknown;
}

/** The library's own type has times as `Date`, which they become in its API classes only. */
export interface KubeMeta extends Omit<V1ObjectMeta, 'creationTimestamp' | 'deletionTimestamp'> {
  name: string;
  creationTimestamp?: string;
  deletionTimestamp?: string;
}

/** Where a resource lies: `{apiVersion: 'argoproj.io/v1alpha1', plural: 'applications', namespace}`. */
export interface ResourceRef {
  /** `v1` or `group/version`. */
  apiVersion: string;
  plural: string;
  /** Left out: cluster-scoped, or (for lists and watches) all namespaces. */
  namespace?: string;
}

export interface ObjectRef extends ResourceRef {
  name: string;
}

export interface ConnectionOptions {
  /** Kubeconfig files in order of precedence; left out: `KUBECONFIG`, or `~/.kube/config`, as kubectl does. */
  kubeconfig?: readonly string[];
  /** Left out: the current context. */
  context?: string;
  /** Milliseconds until the head of an answer must have come. Default 15,000. */
  requestTimeout?: number;
  /** A proxy on the way where the kubeconfig names none; one that does is refused (`bad-data`). */
  proxyUrl?: string;
  /** Asked before programs are run or files sent; left out: all is the person's own, and is followed as kubectl does. */
  trust?: Pick<Trust, 'gate' | 'isOwn'>;
  /** How the kubeconfig's login command is run; left out: as the kubeconfig says. */
  exec?: ClusterExec;
}

/** A request below a connection's server. */
export interface ApiRequest {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path with its segments encoded (see `resourcePath`). */
  path: string;
  /** A list is said once for each of its texts. */
  query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  /** Sent as JSON. */
  body?: unknown;
  /** Numbers of the answer stay as they are written (`exact-json.ts`): for what is written back or copied. */
  exact?: boolean;
  /** It asks and changes nothing, whatever its method (a review): it may be sent again, over a kept connection. */
  asks?: boolean;
  /** Default `application/json`. */
  contentType?: string;
  /** What the answer may be; default `application/json`. */
  accept?: string;
  /** Milliseconds until the head must have come; default the connection's. */
  timeout?: number;
  signal?: AbortSignal;
}

/** A cluster as one context of a kubeconfig reaches it, or one of Argo's own servers. Holds no socket open by itself but idle keep-alive ones. */
export interface Connection {
  /** The kubeconfig's context; of one of Argo's servers, the environment. */
  readonly context: string;
  /** Its address, for messages. */
  readonly server: string;
  /** One of Argo's servers, as people call it; left out: a cluster's API server. */
  readonly system?: string | undefined;
  /** The context's namespace. */
  readonly namespace: string;
  /** `insecure-skip-tls-verify` is set: whoever is on the way can read and change everything. Show it. */
  readonly insecure: boolean;
  /**
   * Sends a request and resolves with the head of a 2xx answer; the body is the caller's to read or destroy.
   * Credentials are renewed once on 401. @throws FailureError for anything else, `signal.reason` when aborted.
   */
  open(request: ApiRequest): Promise<IncomingMessage>;
  /** As `open`, with the whole body read and parsed. @throws FailureError, `bad-data` for JSON cut short. */
  json<T>(request: ApiRequest): Promise<T>;
  /** Aborted when something else than time may make a request succeed that failed: the person permitted it. */
  woken?(): AbortSignal | undefined;
  /** Aborted when requests no longer go as the person as whom they went: what they may do is another's. A new one follows. */
  left?(): AbortSignal | undefined;
  /** Closes idle connections; running requests end by their signals. */
  close(): void;
}

/** What `probe` found. */
export interface Probe {
  /** ISO 8601 UTC. */
  at: string;
  /** Milliseconds of one `/version` round trip, connection set-up included where there was none. */
  latency: number;
  /** `gitVersion` of the server, `null` when it does not tell. */
  version: string | null;
  /** `/readyz` (or 404/403 there: unknown). */
  ready: boolean | null;
}

/** A batch of a watch: what changed since the batch before, each object once, in no order that means anything. */
export interface WatchBatch<T> {
  /**
   * `list`: the first full picture, or a full picture after the watch fell behind, already reduced to the difference:
   * `upserts` holds what is new or differs, `removed` what is gone. `watch`: events.
   */
  source: 'list' | 'watch';
  upserts: WatchItem<T>[];
  removed: WatchKey[];
}

export interface WatchKey {
  namespace: string;
  name: string;
  uid: string;
}

export interface WatchItem<T> extends WatchKey {
  resourceVersion: string;
  /** What `trim` made of the object. */
  value: T;
}

export interface WatchOptions<T> extends ResourceRef {
  connection: Connection;
  labelSelector?: string;
  fieldSelector?: string;
  /**
   * Takes of an object what is shown, as it arrives, so that the rest can be collected at once. When it throws, the
   * object is left out and `onSkipped` told: one bad object never stops a watch.
   */
  trim: (object: KubeObject) => T;
  /** Called at most once per `batchDelay`, and once right after the first list even when it is empty. */
  onBatch: (batch: WatchBatch<T>) => void;
  /**
   * Called when the state changes, and every 10 s or so while live, with a newer `asOf`. `answered`: it is `unreachable`
   * because the cluster itself refused (a status), not for want of an answer.
   */
  onState: (freshness: Freshness, answered: boolean) => void;
  /** Kept up to date by the watch, to be read at any time. */
  meter?: WatchMeter;
  onSkipped?: (skipped: { key: WatchKey; error: unknown }) => void;
  signal: AbortSignal;
  timing?: Partial<WatchTiming>;
}

/** What a watch counts of itself. */
export interface WatchMeter {
  /** Objects that are known now. */
  objects: number;
  /** When the last change came; ISO 8601 UTC, `null`: none yet. */
  lastEventAt: string | null;
  /** How often it was opened again after something broke. */
  restarts: number;
}

/** All in milliseconds. The defaults suit people; tests shorten them. */
export interface WatchTiming {
  /** The least time between two batches: 6, as whoever is told of several watches gathers them by the frame anyway. */
  batchDelay: number;
  /** A watch in which nothing came for so long, not even a bookmark, is taken for half-open and opened again: 90,000. */
  stallAfter: number;
  /** How long a watch may live (`timeoutSeconds`): 300,000, spread by half as much again. */
  watchFor: number;
  /** First pause after a failure, doubled each time, with full jitter: 500. */
  backoffBase: number;
  backoffLimit: number;
  /** How often `asOf` is renewed while live: 10,000. */
  heartbeat: number;
  /** A watch that was silent so long makes a heartbeat ask whether the cluster still answers at all: 10,000. */
  askAfter: number;
  /** A watch that is ended sooner than this, and than it was asked for, counts as one that failed: 10,000. */
  steadyAfter: number;
}

/** How a write ended. After a `timeout` or `unreachable` it may have happened all the same. */
export type WriteResult<T> = Result<T, KubeFailure>;

export interface LogRequest {
  connection: Connection;
  namespace: string;
  pod: string;
  container: string;
  /** The instance before the last restart; never followed. */
  previous?: boolean;
  follow?: boolean;
  tailLines?: number;
  /** RFC 3339. */
  sinceTime?: string;
  /** Bytes of a line that are handed out at once; a longer line comes in pieces. Default 4 MiB. */
  lineLimit?: number;
  timing?: Partial<LogTiming>;
}

export interface LogTiming {
  /** Lines are gathered this long: 16. */
  batchDelay: number;
  backoffBase: number;
  backoffLimit: number;
  /** A followed log that was silent so long is opened again at its last line, as it may be half-open: 120,000. */
  stallAfter: number;
  /** A followed log that did not answer so long is taken for one without lines, if its container runs: 3,000. */
  quietAfter: number;
  /** How often a container that waits to start (again) is looked at: 2,000. */
  lookEvery: number;
}

/** One line of a container's log. */
export interface LogLine {
  /** The kubelet's stamp, RFC 3339 with up to nine digits; `null` when the line has none. */
  at: string | null;
  /** Without line end and stamp; control sequences other than colours (SGR) are stripped; bad UTF-8 is U+FFFD. */
  text: string;
}

/**
 * What a log stream says besides lines. `waiting`: the container has not started, or ended and will start again;
 * `restarted`: what follows is of its next run. `ended`: the container ended for good, all was read. `gone`: the pod or
 * container is not there (any more). `failed` ends a stream that is not followed; a followed one reconnects.
 */
export type LogState =
  | { state: 'following' }
  | { state: 'waiting'; reason: string | null }
  | { state: 'restarted'; restarts: number }
  | { state: 'reconnecting'; failure: Failure }
  | { state: 'ended' }
  | { state: 'gone'; failure: Failure }
  | { state: 'failed'; failure: Failure };
