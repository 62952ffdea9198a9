import { ApiError, refusals } from './stored-objects';

/** One line of a container's log, without its line end. */
export interface LogLine {
  /** RFC 3339 with nanoseconds, as the kubelet stamps it. */
  at: string;
  /** Nanoseconds since the epoch, for comparing. */
  nanos: bigint;
  /** Bytes, since a container may write what is no UTF-8. */
  bytes: Uint8Array;
}

export interface LogQuery {
  /** The log of the container's instance before the last restart. */
  previous?: boolean;
  tailLines?: number;
  /** Lines at or after it; RFC 3339, to the nanosecond. */
  sinceTime?: string;
  sinceSeconds?: number;
}

interface Instance {
  lines: LogLine[];
  bytes: number;
  ended: boolean;
  followers: Set<{ line(line: LogLine): void; end(): void }>;
}

interface Container {
  current: Instance;
  previous: Instance | undefined;
}

export interface LogStoreOptions {
  /** Bounds per container instance; the oldest lines go first (as log rotation does). */
  maxLines?: number;
  maxBytes?: number;
  now?: () => Date;
}

const fresh = (): Instance => ({ lines: [], bytes: 0, ended: false, followers: new Set() });

/** RFC 3339 with nine digits. */
export const rfc3339Nano = (nanos: bigint): string => {
  const seconds = new Date(Number(nanos / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(nanos % 1_000_000_000n).padStart(9, '0')}Z`;
};

/** Nanoseconds since the epoch of an RFC 3339 time. @throws ApiError 400. */
export const nanosOf = (time: string): bigint => {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/.exec(time);
  const millis = match ? Date.parse(`${match[1]}${match[3]}`) : Number.NaN;
  if (Number.isNaN(millis)) throw refusals.badRequest(`parsing time "${time}" as RFC 3339`);
  return BigInt(millis) * 1_000_000n + BigInt((match?.[2] ?? '').padEnd(9, '0'));
};

/**
 * Logs of all containers of one practice cluster, bounded. Controllers append; the API server reads and follows.
 * Stamps never go backwards within a container instance, and are distinct unless `at` says otherwise.
 */
export class LogStore {
  readonly #containers = new Map<string, Container>();
  readonly #maxLines: number;
  readonly #maxBytes: number;
  readonly #now: () => Date;

  constructor(options: LogStoreOptions = {}) {
    this.#maxLines = options.maxLines ?? 20_000;
    this.#maxBytes = options.maxBytes ?? 4 * 1024 * 1024;
    this.#now = options.now ?? (() => new Date());
  }

  /**
   * Appends text, which may hold several lines (an open last line counts as a whole one), or bytes, taken as one line.
   * @param at RFC 3339; now when left out.
   */
  append(namespace: string, pod: string, container: string, text: string | Uint8Array, at?: string): void {
    const instance = this.#container(namespace, pod, container).current;
    const lines =
      typeof text === 'string'
        ? text
            .replace(/\n$/, '')
            .split('\n')
            .map((line) => Buffer.from(line))
        : [text];
    for (const bytes of lines) {
      const last = instance.lines.at(-1)?.nanos ?? 0n;
      const wanted = at === undefined ? BigInt(this.#now().getTime()) * 1_000_000n : nanosOf(at);
      const nanos = at === undefined && wanted <= last ? last + 1n : wanted;
      const line = { at: rfc3339Nano(nanos), nanos, bytes };
      instance.lines.push(line);
      instance.bytes += bytes.length;
      for (const follower of [...instance.followers]) follower.line(line);
    }
    while (instance.lines.length > this.#maxLines || instance.bytes > this.#maxBytes) {
      const dropped = instance.lines.splice(0, Math.max(1, Math.floor(instance.lines.length / 10)));
      for (const line of dropped) instance.bytes -= line.bytes.length;
    }
  }

  /** A container starts: the first time there is nothing to do, later it is a restart. */
  start(namespace: string, pod: string, container: string): void {
    if (this.#containers.has(`${namespace}/${pod}/${container}`)) this.restart(namespace, pod, container);
    else this.#container(namespace, pod, container);
  }

  /** The container restarts: its log so far becomes `previous`, followers end, a new log begins. */
  restart(namespace: string, pod: string, container: string): void {
    const log = this.#container(namespace, pod, container);
    this.end(namespace, pod, container);
    log.previous = log.current;
    log.current = fresh();
  }

  /** The container ended: followers are told; what was written stays readable. */
  end(namespace: string, pod: string, container: string): void {
    const { current } = this.#container(namespace, pod, container);
    current.ended = true;
    for (const follower of [...current.followers]) follower.end();
    current.followers.clear();
  }

  /** Forgets a pod's logs; followers end. The API server does it when a pod is deleted. */
  remove(namespace: string, pod: string): void {
    const prefix = `${namespace}/${pod}/`;
    for (const key of [...this.#containers.keys()])
      if (key.startsWith(prefix)) {
        this.end(namespace, pod, key.slice(prefix.length));
        this.#containers.delete(key);
      }
  }

  /**
   * Lines as the query selects them, oldest first.
   * @throws ApiError 400 when `previous` is asked of a container that never restarted.
   */
  read(namespace: string, pod: string, container: string, query: LogQuery = {}): LogLine[] {
    const log = this.#containers.get(`${namespace}/${pod}/${container}`);
    if (query.previous && !log?.previous)
      throw new ApiError(
        400,
        'BadRequest',
        `previous terminated container "${container}" in pod "${pod}" not found`,
      );
    let lines = (query.previous ? log?.previous : log?.current)?.lines ?? [];
    const since =
      query.sinceTime !== undefined
        ? nanosOf(query.sinceTime)
        : query.sinceSeconds !== undefined
          ? BigInt(this.#now().getTime() - query.sinceSeconds * 1000) * 1_000_000n
          : undefined;
    if (since !== undefined) lines = lines.filter((line) => line.nanos >= since);
    if (query.tailLines !== undefined) lines = query.tailLines === 0 ? [] : lines.slice(-query.tailLines);
    return [...lines];
  }

  /**
   * Tells every line appended from now on, and the end of the instance. `read` and `follow` in one tick lose nothing.
   * @returns the unsubscribe.
   */
  follow(
    namespace: string,
    pod: string,
    container: string,
    follower: { line(line: LogLine): void; end(): void },
  ): () => void {
    const { current } = this.#container(namespace, pod, container);
    if (current.ended) {
      follower.end();
      return () => {};
    }
    current.followers.add(follower);
    return () => current.followers.delete(follower);
  }

  /** As plain JSON (bytes in base64), for a restart of the process. */
  dump(): Record<
    string,
    { previous: [string, string][] | null; current: [string, string][]; ended: boolean }
  > {
    const pack = (instance: Instance): [string, string][] =>
      instance.lines.map((line) => [line.at, Buffer.from(line.bytes).toString('base64')]);
    return Object.fromEntries(
      [...this.#containers].map(([key, { current, previous }]) => [
        key,
        { previous: previous ? pack(previous) : null, current: pack(current), ended: current.ended },
      ]),
    );
  }

  /** Takes the place of everything. */
  load(dump: ReturnType<LogStore['dump']>): void {
    const unpack = (lines: [string, string][], ended: boolean): Instance => {
      const unpacked = lines.map(([at, data]) => ({
        at,
        nanos: nanosOf(at),
        bytes: Buffer.from(data, 'base64'),
      }));
      return {
        ...fresh(),
        lines: unpacked,
        bytes: unpacked.reduce((sum, line) => sum + line.bytes.length, 0),
        ended,
      };
    };
    this.#containers.clear();
    for (const [key, { current, previous, ended }] of Object.entries(dump))
      this.#containers.set(key, {
        current: unpack(current, ended),
        previous: previous ? unpack(previous, true) : undefined,
      });
  }

  #container(namespace: string, pod: string, container: string): Container {
    const key = `${namespace}/${pod}/${container}`;
    let found = this.#containers.get(key);
    if (!found) {
      found = { current: fresh(), previous: undefined };
      this.#containers.set(key, found);
    }
    return found;
  }
}
