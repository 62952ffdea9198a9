/** A refusal that the API server gives instead of an answer. */
export interface FaultAnswer {
  code: 401 | 403 | 404 | 429 | 500 | 503;
  /** Seconds for `Retry-After`. */
  retryAfter?: number;
  /** How many requests get it; all until it is taken back when left out. */
  times?: number;
  /** Only requests whose path it matches. */
  path?: RegExp;
}

/** How one practice cluster goes wrong. Every setter takes effect at once, for open connections too. */
export interface ClusterFaults {
  /**
   * `refused`: nobody listens, open connections are broken. `hanging`: connections open, and no byte ever comes
   * (watches and logs that are open go silent too). `up` takes either back; what a watch missed meanwhile is lost on it.
   */
  reachability(state: 'up' | 'refused' | 'hanging'): Promise<void>;
  /** Breaks open watches; clients may come back at once. */
  cutWatches(): void;
  /** As `cutWatches`, and refuses new ones (503) until called with false. */
  refuseWatches(on: boolean): void;
  /** Open watches stay open and say nothing more: a half-open connection. New ones work when taken back. */
  silenceWatches(on: boolean): void;
  /** Forgets the history and ends open watches with 410. */
  expireWatches(): void;
  /** Breaks open log streams. */
  cutLogs(): void;
  /** Milliseconds before every answer. */
  delay(milliseconds: number): void;
  /** Gives a refusal instead of answers; null takes it back. */
  answer(fault: FaultAnswer | null): void;
  /** Cuts the next so many JSON answers in the middle. */
  halfJson(times: number): void;
  /** All faults off. */
  clear(): Promise<void>;
}
