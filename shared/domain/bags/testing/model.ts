import { recordFiles } from '../../records/record-change';
import { readEntry } from '../../records/record-entry';
import type { Actor, Decision, Hold } from '../decisions';
import type { DeployWish } from '../deploying';
import { gatherRecords, type PipelineRecords } from '../pipeline-records';
import { chain, type Facts, type Job, must } from './facts';
import { checkChange } from './invariants';

const pipeline = 'notify';

/** One operation as its console's journal has it. */
export interface Run {
  id: string;
  environment: string;
  wish: DeployWish | null;
  retries: number | null;
  hold: Hold | null;
  at: 'lock' | 'start' | 'submit' | 'deploy' | 'tests-begin' | 'submit-tests' | 'test' | 'lost' | 'end';
  intended: boolean;
}

/**
 * One ledger, what runs outside, and three consoles. What lands is decided by the real rules; what must always hold is
 * checked against facts that this model keeps by itself.
 */
export class Model implements Facts {
  files = new Map<string, string>();
  records: PipelineRecords = gatherRecords(pipeline, []);
  /** Each console's view may be older than the ledger. */
  views: PipelineRecords[] = [this.records, this.records, this.records];
  journals = new Map<number, Run>();
  memory = new Map<number, Run>();
  deploys = new Map<string, Job>();
  tests = new Map<string, Job>();
  /** Who has an environment's lock by hand, until they give it back or it is taken away by force. */
  byHand = new Map<string, string>();
  /** Up to which bag only a person decides in an environment, since a policy changed. */
  decided = new Map<string, number>();
  clock = Date.parse('2026-01-01T00:00:00Z');
  count = 0;

  /** @param who the console whose person acts; left out: nobody who sits at one. */
  actor(operation: string, who?: number): Actor {
    this.clock += 1_000;
    return {
      by: who === undefined ? `person of ${operation}` : `person at ${who}`,
      email: 'p@example.invalid',
      operation,
      at: new Date(this.clock).toISOString(),
    };
  }

  /** One commit, all or nothing, on the newest snapshot: what a compare-and-swap with retries comes to. */
  commit<T>(
    who: Pick<Actor, 'operation' | 'by'>,
    decision: Decision<T>,
    forced: string | null = null,
  ): Decision<T> {
    if (decision.kind !== 'change') return decision;
    if (forced !== null) this.byHand.delete(forced);
    const before = this.records;
    const written = recordFiles(decision.changes, (path) => this.files.get(path) ?? null);
    must(written.ok, 'a record can be written');
    for (const [path, text] of written.ok ? written.value : []) {
      if (text === null) this.files.delete(path);
      else this.files.set(path, text);
    }
    this.records = gatherRecords(
      pipeline,
      [...this.files].flatMap(([path, text]) => entryOf(path, text) ?? []),
    );
    for (const environment of chain.environments)
      checkChange(before, this.records, environment, who, forced === environment, this);
    return decision;
  }
}

/** Texts repeat over thousands of histories. */
const parsed = new Map<string, ReturnType<typeof readEntry>>();
function entryOf(path: string, text: string): ReturnType<typeof readEntry> {
  const key = `${path}\n${text}`;
  let known = parsed.get(key);
  if (known === undefined) {
    if (parsed.size > 20_000) parsed.clear();
    known = readEntry(path, text);
    parsed.set(key, known);
  }
  return known;
}
