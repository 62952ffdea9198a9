import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { execa } from 'execa';
import { uuidv7 } from 'uuidv7';
import { programArguments } from '../../testing/programs';
import { type TestEstate, writerToken } from './release-repo';

/** What a racer says: that it is ready, or how its wish ended. */
export interface Outcome {
  ready?: boolean;
  ok?: boolean;
  commit?: string;
  from?: string;
  /** Of the lock that it took. */
  token?: number;
  attempts?: number;
  code?: string;
  message?: string;
}

/** Rounds of each race: few in every run of the tests, all fifty of a proof with SIGNALBOX_RACE_ROUNDS=50. */
export const raceRounds = Number(process.env.SIGNALBOX_RACE_ROUNDS || 3);

/** Of so many pushes one lands unheard: its answer is dropped before the first byte. */
export const oneUnheardOf = 5;

const startRacer = (order: { url: string; dir: string; records?: string | undefined }) =>
  execa(process.execPath, [...programArguments('racer'), JSON.stringify(order)], {
    env: { RACER_TOKEN: writerToken },
    reject: false,
    stdin: 'pipe',
    buffer: false,
    stderr: 'inherit',
  });

/** One console of a race, in a process of its own. */
export class Racer {
  readonly #child: ReturnType<typeof startRacer>;
  readonly #lines: AsyncIterator<string>;
  readonly #reader: Interface;

  /** @param records the branch of records, where they lie apart. */
  constructor(url: string, dir: string, records?: string) {
    this.#child = startRacer({ url, dir, records });
    if (!this.#child.stdout) throw new Error('no output');
    this.#reader = createInterface({ input: this.#child.stdout });
    this.#lines = this.#reader[Symbol.asyncIterator]();
  }

  async next(): Promise<Outcome> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('a racer ended early');
    return JSON.parse(value) as Outcome;
  }

  deploy(wish: { app: string; version: string; expectedFrom: string | null }): Promise<Outcome> {
    this.#child.stdin?.write(`${JSON.stringify({ operationId: uuidv7(), ...wish })}\n`);
    return this.next();
  }

  /** Takes the lock of an environment, or gives back the one with the token. */
  lock(wish: { environment: string; operationId: string; release?: number }): Promise<Outcome> {
    this.#child.stdin?.write(`${JSON.stringify({ lock: wish })}\n`);
    return this.next();
  }

  /** Holds an app, which changes image tags and records. */
  hold(wish: { app: string; operationId: string }): Promise<Outcome> {
    this.#child.stdin?.write(`${JSON.stringify({ hold: wish })}\n`);
    return this.next();
  }

  /** Ends the process at once, whatever it does. @returns when it is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#child;
  }

  async end(): Promise<void> {
    this.#child.stdin?.end();
    await this.#child;
  }
}

/** Starts so many consoles on one release repo, each with a mirror of its own, and waits until they are ready. */
export async function startRacers(estate: TestEstate, count: number, records?: string): Promise<Racer[]> {
  const racers: Racer[] = [];
  // A few at a time: twenty starts at once only make each other slow.
  for (let first = 0; first < count; first += 5) {
    const some = Array.from(
      { length: Math.min(5, count - first) },
      (_, index) => new Racer(estate.url, join(estate.folder, `mirror-${first + index}`), records),
    );
    racers.push(...some);
    for (const racer of some) {
      const said = await racer.next();
      if (!said.ready) throw new Error(`a racer is not ready: ${JSON.stringify(said)}`);
    }
  }
  return racers;
}
