import { lowerPriority } from '../priority';
import { type GitStream, streamGit } from './git-stream';

const every = 64;

/**
 * How long the first-parent line is, and how far a time lies from its tip: for an estimate of what is left. Counts in a
 * process of low priority, so that the indexing itself does not wait for it.
 */
export class LineLength {
  readonly #stream: GitStream;
  readonly #times: number[] = [];
  #count = 0;
  #total: number | null = null;
  #rest = '';

  constructor(gitDir: string, from: string, signal?: AbortSignal) {
    this.#stream = streamGit(gitDir, ['rev-list', '--first-parent', '--timestamp', from], signal);
    if (this.#stream.child.pid !== undefined) lowerPriority(this.#stream.child.pid);
    this.#stream.child.stdout.on('data', (chunk: Buffer) => this.#data(chunk));
    this.#stream.ended.then(
      () => {
        this.#total = this.#count;
      },
      // Without a count there is no estimate, and nothing else is missing.
      () => {},
    );
  }

  /** Commits on the line, `null` until they are counted. */
  get total(): number | null {
    return this.#total;
  }

  /** About how many commits of the line are newer than a time (seconds); `null` until they are counted. */
  newerThan(at: number): number | null {
    if (this.#total === null) return null;
    let low = 0;
    let high = this.#times.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#times[middle] ?? 0) > at) low = middle + 1;
      else high = middle;
    }
    return Math.min(low * every, this.#total);
  }

  stop(): void {
    this.#stream.stop();
  }

  #data(chunk: Buffer): void {
    const lines = (this.#rest + chunk.toString('latin1')).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      if (this.#count % every === 0) this.#times.push(Number.parseInt(line, 10));
      this.#count += 1;
    }
  }
}
