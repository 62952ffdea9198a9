import { z } from 'zod';
import type { Claim } from '../../shared/domain/attribution/claims';
import type { HistoryStatus } from '../../shared/domain/history/history-event';
import { count } from '../../shared/domain/text/count';
import { requireGit } from '../systems/git/git-version';
import { gitDirOf } from '../systems/git/history/git-stream';
import { isSound } from '../systems/sqlite/database';
import { isDamage } from '../systems/sqlite/database-errors';
import { historyFailure } from './failures';
import { findTip, recordsAt } from './find-tip';
import { Indexer, type Updated } from './index/indexer';
import { compileLayout, type Layout } from './index/path-matcher';
import { type LeftOut, leftOutNotice, leftOutSchema, newReadMark, ReadGuard } from './index/read-guard';
import type { QuestionName, Questions, WorkerOptions } from './protocol';
import { board, compare, lastDeployments } from './query/board-query';
import { DeploymentLine } from './query/deployment-line';
import { Statements } from './query/event-select';
import { FeedLine } from './query/feed-line';
import { feed } from './query/feed-query';
import { figures } from './query/figures-query';
import { type IndexFacts, readFacts } from './query/index-facts';
import { outline } from './query/outline-query';
import { deployments, previousVersions, versionHistory } from './query/version-query';
import { deleteIndex, type OpenedIndex, openIndex } from './store/schema';

const starting: HistoryStatus = {
  phase: 'opening',
  progress: null,
  tip: null,
  beginning: null,
  notice: null,
  failure: null,
};

const rebuiltNotice = {
  damaged: 'The history index was damaged and is being rebuilt. Nothing is lost: it is built from the repo.',
  older: 'The history index came from another version of Signalbox and is being rebuilt.',
} as const;

/** What is kept of the whole index in memory. */
interface Lines {
  deployments: DeploymentLine;
  feed: FeedLine;
}

/** Everything that the worker does, apart from its messages. */
export class HistoryService {
  readonly #options: WorkerOptions;
  readonly #layout: Layout;
  readonly #tell: (status: HistoryStatus) => void;
  #status = starting;
  #index: OpenedIndex | null = null;
  #statements: Statements | null = null;
  #facts: IndexFacts | null = null;
  #lines: Lines | null = null;
  #indexer: Indexer | null = null;
  #updating: Promise<HistoryStatus> | null = null;
  #again: Promise<HistoryStatus> | null = null;
  #checked = false;
  #missing: readonly LeftOut[] = [];
  #told: readonly Claim[] | null = null;
  /** Blobs that ended a worker: they are not read. */
  readonly #skipped = new Set<string>();

  /** @throws {RangeError} for a template that cannot be used. */
  constructor(options: WorkerOptions, tell: (status: HistoryStatus) => void) {
    this.#options = options;
    this.#layout = compileLayout(options.template);
    this.#tell = tell;
  }

  get status(): HistoryStatus {
    return this.#status;
  }

  /** Opens the index, or a new one in place of what cannot be used. */
  open(): void {
    const { indexFile, maxPageCount, mark = newReadMark(), skipped = [] } = this.#options;
    // Asked once per process; the first update would wait for it. What is wrong with it is told there.
    requireGit().catch(() => {});
    const source = JSON.stringify([this.#options.branch, this.#options.template]);
    let index = openIndex(indexFile, maxPageCount);
    let { rebuilt } = index;
    const kept = metaOf(index, 'source');
    if (kept !== null && kept !== source) {
      close(index);
      deleteIndex(indexFile);
      index = openIndex(indexFile, maxPageCount);
      rebuilt ??= 'older';
    }
    setMeta(index, 'source', source);
    this.#index = index;
    this.#missing = this.#leftOut(index, skipped);
    this.#statements = new Statements(index.reader);
    this.#facts = null;
    this.#lines = null;
    this.#checked = false;
    this.#indexer = null;
    const indexer = new Indexer({
      gitDir: gitDirOf(this.#options.repo) ?? this.#options.repo,
      template: this.#options.template,
      layout: this.#layout,
      database: index.writer,
      spool: `${indexFile}.log`,
      guard: new ReadGuard(mark, this.#skipped, this.#missing, (all) => {
        this.#missing = all;
        setMeta(index, 'leftOut', JSON.stringify(all));
        this.#set({ notice: this.#withMissing(null) });
      }),
      onCleared: () => {
        this.#facts = null;
        this.#lines = null;
      },
      onProgress: (progress) => {
        this.#facts = null;
        this.#set({ phase: 'indexing', progress, tip: indexer.tip, beginning: indexer.beginning });
      },
    });
    this.#indexer = indexer;
    this.#set({
      phase: indexer.complete ? 'ready' : 'opening',
      tip: indexer.tip,
      beginning: indexer.beginning,
      progress: null,
      ...(rebuilt || this.#missing.length > 0
        ? { notice: this.#withMissing(rebuilt && rebuiltNotice[rebuilt]) }
        : {}),
    });
  }

  /** A notice, and what is missing of the index besides. */
  #withMissing(notice: string | null): string | null {
    const missing = this.#missing.length > 0 ? leftOutNotice(this.#missing) : null;
    return [notice, missing].filter((one) => one !== null).join(' ') || null;
  }

  /**
   * Puts what ended a worker into the index, so that the next start does not try it again; an index of another version
   * forgets it, since that one may read it. @returns what is missing of the index for that.
   */
  #leftOut(index: OpenedIndex, skipped: readonly string[]): LeftOut[] {
    const known = listIn(metaOf(index, 'skipped'), z.string());
    for (const blob of [...known, ...skipped]) this.#skipped.add(blob);
    if (this.#skipped.size > known.length) setMeta(index, 'skipped', JSON.stringify([...this.#skipped]));
    return listIn(metaOf(index, 'leftOut'), leftOutSchema);
  }

  /** Updates; a call while one runs waits for it and looks again, all such calls together. */
  update(signal?: AbortSignal): Promise<HistoryStatus> {
    if (!this.#updating) {
      this.#updating = this.#update(signal).finally(() => {
        this.#updating = null;
      });
      return this.#updating;
    }
    this.#again ??= this.#updating
      // Who waits for that update is told; this one is the next.
      .catch(() => null)
      .then(() => {
        this.#again = null;
        return this.update(signal);
      });
    return this.#again;
  }

  /** Resolves when no update runs. */
  async settled(): Promise<void> {
    // Who waits for that update is told; here it only has to be over.
    await this.#updating?.catch(() => null);
  }

  /** What this console knows of operations and runs: counts from the next update on. */
  tell(claims: readonly Claim[]): null {
    this.#told = claims;
    return null;
  }

  /** Answers one question. @throws whatever {@link historyFailure} knows. */
  ask<Name extends QuestionName>(question: Name, input: Questions[Name]['input']): unknown {
    try {
      return this.#answer(question, input);
    } catch (error) {
      if (isDamage(error) && !this.#updating) {
        this.#rebuild();
        // Its failure is the status that everybody is told.
        this.update().catch(() => {});
      }
      throw error;
    }
  }

  #answer<Name extends QuestionName>(question: Name, input: Questions[Name]['input']): unknown {
    const { statements, facts } = this.#ready();
    const answers: {
      [N in Exclude<QuestionName, 'update' | 'tell'>]: (
        given: Questions[N]['input'],
      ) => Questions[N]['output'];
    } = {
      feed: (query) => feed(statements, facts, query),
      outline: (query) => outline(statements, facts, this.#linesOf(facts).feed.refresh(statements), query),
      lastDeployments: () => lastDeployments(statements, facts),
      deployments: (query) => deployments(statements, facts, query),
      previousVersions: (query) => previousVersions(statements, facts, query),
      board: (moment) => board(statements, facts, moment),
      versionHistory: (query) => versionHistory(statements, facts, query),
      compare: ({ left, right }) => compare(statements, facts, left, right),
      figures: (query) => figures(this.#linesOf(facts).deployments.refresh(statements, facts), facts, query),
      names: () => ({
        apps: namesOf(facts, 'app'),
        environments: namesOf(facts, 'environment'),
        actors: [...facts.actors]
          .filter(([, id]) => !facts.complete || facts.perActor.has(id))
          .map(([name]) => name)
          .sort(),
      }),
    };
    const answer = (answers as Record<string, ((given: Questions[Name]['input']) => unknown) | undefined>)[
      question
    ];
    if (!answer) throw new RangeError(`There is no question ${question}.`);
    return answer(input);
  }

  /** While the index is not complete, older history and kinds still change: then it is read again each time. */
  #linesOf({ complete }: IndexFacts): Lines {
    if (complete && this.#lines) return this.#lines;
    const lines = { deployments: new DeploymentLine(), feed: new FeedLine() };
    if (complete) this.#lines = lines;
    return lines;
  }

  close(): void {
    if (this.#index) close(this.#index);
    this.#index = null;
    this.#statements = null;
  }

  #ready(): { statements: Statements; facts: IndexFacts } {
    if (!this.#index) this.open();
    if (!this.#statements) throw new Error('The history index is not open.');
    this.#facts ??= readFacts(this.#statements);
    return { statements: this.#statements, facts: this.#facts };
  }

  async #update(signal?: AbortSignal): Promise<HistoryStatus> {
    try {
      if (!this.#index) this.open();
      const tip = await findTip(this.#options, signal);
      const [indexer, knownTip] = [this.#indexer, this.#indexer?.tip ?? null];
      if (!indexer) throw new Error('The history index is not open.');
      const wasComplete = indexer.complete;
      if (!wasComplete) this.#set({ phase: 'indexing' });
      const { added, removed, attributed } = await this.#change(indexer, tip, signal);
      if (!wasComplete || removed > 0 || attributed > 0) this.#lines = null;
      if (removed > 0 && knownTip !== null)
        this.#set({
          notice: this.#withMissing(
            `The branch was rewritten: ${count(removed, 'event')} removed, and the new commits are loaded.`,
          ),
        });
      if (!wasComplete || added > 0 || removed > 0) {
        this.#statements?.forget();
        this.#facts = null;
      }
      if (attributed > 0) this.#facts = null;
      const now = this.#indexer ?? indexer;
      this.#set({
        phase: 'ready',
        progress: null,
        failure: null,
        tip: now.tip,
        beginning: now.beginning,
        attributed: (this.#status.attributed ?? 0) + attributed,
      });
      this.#checkSoon();
      return this.#status;
    } catch (error) {
      this.#facts = null;
      const failure = historyFailure(error);
      this.#set({ phase: 'failed', progress: null, failure });
      throw error;
    }
  }

  /** Updates the index; one that turns out to be damaged is built again, once. */
  async #change(indexer: Indexer, tip: string, signal?: AbortSignal): Promise<Updated> {
    const records = await recordsAt(this.#options, tip, signal);
    const witnesses = { records, told: this.#told };
    try {
      return await indexer.update(tip, witnesses, signal);
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#rebuild();
      if (!this.#indexer) throw error;
      return this.#indexer.update(tip, witnesses, signal);
    }
  }

  #rebuild(): void {
    this.close();
    deleteIndex(this.#options.indexFile);
    this.open();
    this.#set({
      phase: 'indexing',
      notice: this.#withMissing(rebuiltNotice.damaged),
      tip: null,
      beginning: null,
    });
  }

  /** Reads the whole index once after a start, when nobody waits for anything. */
  #checkSoon(): void {
    if (this.#checked) return;
    this.#checked = true;
    setTimeout(() => {
      if (!this.#index || this.#updating) return;
      if (isSound(this.#index.reader)) return this.#warm();
      this.#rebuild();
      // Its failure is the status that everybody is told.
      this.update().catch(() => {});
    }, 200).unref();
  }

  /** Fills what the first look at the history screen would wait for. */
  #warm(): void {
    try {
      const { statements, facts } = this.#ready();
      if (facts.complete) this.#linesOf(facts).feed.refresh(statements);
    } catch {
      // Whoever asks is told.
    }
  }

  #set(change: Partial<HistoryStatus>): void {
    this.#status = { ...this.#status, ...change };
    this.#tell(this.#status);
  }
}

/** Every app or environment that an event is about. */
const namesOf = (facts: IndexFacts, field: 'app' | 'environment'): string[] =>
  [
    ...new Set(
      facts.files
        // Of a branch that was rewritten some may have no event any more.
        .filter(({ id }) => !facts.complete || facts.perCell.has(id))
        .map((file) => file[field]),
    ),
  ]
    .filter((name) => name !== '')
    .sort();

function metaOf(index: OpenedIndex, key: string): string | null {
  const row = index.writer.prepare('select value from meta where key = ?').all(key)[0] as
    | { value: string }
    | undefined;
  return row?.value ?? null;
}

function setMeta(index: OpenedIndex, key: string, value: string): void {
  index.writer.prepare('insert or replace into meta(key, value) values (?, ?)').run(key, value);
}

/** A list that was stored as JSON; what cannot be read is empty. */
function listIn<T>(text: string | null, schema: z.ZodType<T>): T[] {
  try {
    return z.array(schema).parse(JSON.parse(text ?? '[]'));
  } catch {
    // Our own list from the index: where it is damaged, what it held is found again.
    return [];
  }
}

function close(index: OpenedIndex): void {
  for (const database of [index.reader, index.writer]) {
    try {
      database.close();
    } catch {
      // It is gone for us either way.
    }
  }
}
