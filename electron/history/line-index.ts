import { z } from 'zod';
import type { HistoryBeginning } from '../../shared/domain/history/history-event';
import { gitDirOf } from '../systems/git/history/git-stream';
import { isSound } from '../systems/sqlite/database';
import { isDamage } from '../systems/sqlite/database-errors';
import type { IndexProgress } from './index/index-writing';
import { Indexer, type Updated } from './index/indexer';
import type { RecordMoves } from './index/moved-records';
import type { Layout } from './index/path-matcher';
import { type LeftOut, leftOutSchema, ReadGuard } from './index/read-guard';
import type { Witnesses } from './index/settle-claims';
import { Statements } from './query/event-select';
import { type IndexFacts, readFacts } from './query/index-facts';
import { type LineView, type MemoryLines, memoryLines } from './query/line-view';
import { deleteIndex, type OpenedIndex, openIndex } from './store/schema';

export interface LineParts {
  /** What is indexed, and how: an index of something else is built anew. */
  source: readonly (string | boolean)[];
  /** A bare repo or a work tree. */
  repo: string;
  template: string;
  layout: Layout;
  recordMoves: RecordMoves | null;
  indexFile: string;
  /** Where it is written down which blob is read. */
  mark: SharedArrayBuffer;
  /** Blobs that ended a worker: they are not read. All lines share it, and each keeps it in its index. */
  skipped: Set<string>;
  maxPageCount: number | undefined;
  /** Left out: the release repo. */
  origin?: LineView['origin'];
  onProgress: (progress: IndexProgress) => void;
  /** Another file is left out ({@link LineIndex.missing}). */
  onMissing: () => void;
  /** The index turned out to be damaged in an update, and is built anew from here on. */
  onDamaged: () => void;
}

/** Why the index that was there had to go. */
export type Rebuilt = NonNullable<OpenedIndex['rebuilt']>;

/** What an update of a line did. */
export interface LineUpdated extends Updated {
  /** The line was indexed before, to a tip that is no longer on it. */
  rewritten: boolean;
}

/** The index of one line of commits: its file, what writes it, and what questions read of it. */
export class LineIndex {
  readonly #parts: LineParts;
  #index: OpenedIndex | null = null;
  #indexer: Indexer | null = null;
  #statements: Statements | null = null;
  #facts: IndexFacts | null = null;
  #lines: MemoryLines | null = null;
  #missing: readonly LeftOut[] = [];

  constructor(parts: LineParts) {
    this.#parts = parts;
  }

  get isOpen(): boolean {
    return this.#index !== null;
  }

  get tip(): string | null {
    return this.#indexer?.tip ?? null;
  }

  get complete(): boolean {
    return this.#indexer?.complete ?? false;
  }

  get beginning(): HistoryBeginning | null {
    return this.#indexer?.beginning ?? null;
  }

  /** What is left out since it ended a worker. */
  get missing(): readonly LeftOut[] {
    return this.#missing;
  }

  /** Opens the index, or a new one in place of what cannot be used. */
  open(): Rebuilt | null {
    const { indexFile, mark, maxPageCount, onMissing, onProgress, repo, skipped, ...reading } = this.#parts;
    const source = JSON.stringify(reading.source);
    let index = openIndex(indexFile, maxPageCount);
    let { rebuilt } = index;
    const before = metaOf(index, 'source');
    if (before !== null && before !== source) {
      close(index);
      deleteIndex(indexFile);
      index = openIndex(indexFile, maxPageCount);
      rebuilt ??= 'older';
    }
    setMeta(index, 'source', source);
    this.#index = index;
    // An index of another version forgets what ended a worker, since this one may read it.
    const known = listIn(metaOf(index, 'skipped'), z.string());
    for (const blob of known) skipped.add(blob);
    if (skipped.size > known.length) setMeta(index, 'skipped', JSON.stringify([...skipped]));
    this.#missing = listIn(metaOf(index, 'leftOut'), leftOutSchema);
    this.#statements = new Statements(index.reader);
    this.#forget();
    this.#indexer = new Indexer({
      ...reading,
      gitDir: gitDirOf(repo) ?? repo,
      database: index.writer,
      spool: `${indexFile}.log`,
      guard: new ReadGuard(mark, skipped, this.#missing, (all) => {
        this.#missing = all;
        setMeta(index, 'leftOut', JSON.stringify(all));
        onMissing();
      }),
      onCleared: () => this.#forget(),
      onProgress: (progress) => {
        this.#facts = null;
        onProgress(progress);
      },
    });
    return rebuilt;
  }

  /** Brings the index up to a tip; one that turns out to be damaged is built again, once. @throws what the indexer does. */
  async update(tip: string, witnesses: Witnesses, signal: AbortSignal | undefined): Promise<LineUpdated> {
    if (!this.#indexer) this.open();
    const [knownTip, wasComplete] = [this.tip, this.complete];
    try {
      const updated = await this.#run(tip, witnesses, signal).catch((error: unknown) => {
        if (!isDamage(error)) throw error;
        this.rebuild();
        this.#parts.onDamaged();
        return this.#run(tip, witnesses, signal);
      });
      const { added, removed, attributed } = updated;
      if (!wasComplete || removed > 0 || attributed > 0) this.#lines = null;
      if (!wasComplete || added > 0 || removed > 0) {
        this.#statements?.forget();
        this.#facts = null;
      }
      if (attributed > 0) this.#facts = null;
      return { ...updated, rewritten: removed > 0 && knownTip !== null };
    } catch (error) {
      this.#facts = null;
      throw error;
    }
  }

  #run(tip: string, witnesses: Witnesses, signal: AbortSignal | undefined): Promise<Updated> {
    if (!this.#indexer) throw new Error('The history index is not open.');
    return this.#indexer.update(tip, witnesses, signal);
  }

  /** What questions read. */
  view(): LineView {
    if (!this.#index) this.open();
    if (!this.#statements) throw new Error('The history index is not open.');
    this.#facts ??= readFacts(this.#statements);
    const facts = this.#facts;
    return {
      statements: this.#statements,
      facts,
      origin: this.#parts.origin ?? null,
      lines: () => this.#linesOf(facts),
    };
  }

  /** While the index is not complete, older history and kinds still change: then it is read again each time. */
  #linesOf({ complete }: IndexFacts): MemoryLines {
    if (complete && this.#lines) return this.#lines;
    const lines = memoryLines();
    if (complete) this.#lines = lines;
    return lines;
  }

  /** Starts again with an empty index. */
  rebuild(): void {
    this.close();
    deleteIndex(this.#parts.indexFile);
    this.open();
  }

  /** Reads the whole index; nobody may be writing. */
  isSound(): boolean {
    return this.#index === null || isSound(this.#index.reader);
  }

  close(): void {
    if (this.#index) close(this.#index);
    this.#index = null;
    this.#indexer = null;
    this.#statements = null;
    this.#forget();
  }

  #forget(): void {
    this.#facts = null;
    this.#lines = null;
  }
}

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
