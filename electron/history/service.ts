import type { Claim } from '../../shared/domain/attribution/claims';
import type { HistoryStatus } from '../../shared/domain/history/history-event';
import { signalboxFolder } from '../../shared/domain/ledger/layout';
import { ledgerPlace } from '../../shared/domain/ledger/ledger-events';
import { count } from '../../shared/domain/text/count';
import { requireGit } from '../systems/git/git-version';
import { gitDirOf } from '../systems/git/history/git-stream';
import { isDamage } from '../systems/sqlite/database-errors';
import { answerTo } from './answers';
import { historyFailure } from './failures';
import { concourseAt, findTip, recordsAt } from './find-tip';
import type { RecordsAt } from './index/claim-sources';
import { CopiedRecords, CopiesNotSeen, deletedHere } from './index/moved-records';
import { compileLayout, concourseLayout, concourseTagPath, type Layout } from './index/path-matcher';
import { leftOutNotice, newReadMark } from './index/read-guard';
import { LineIndex, type LineUpdated } from './line-index';
import type { QuestionName, Questions, WorkerOptions } from './protocol';

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

/** Only records: image tags that lie on their branch, too, are none of the estate's. */
const recordsLayout: Layout = {
  folder: signalboxFolder,
  folders: [signalboxFolder],
  match(path) {
    const ledger = ledgerPlace(path);
    return ledger && { app: ledger.app, environment: ledger.environment, path, ledger };
  },
};

/** Where the index of what lies apart is kept. */
const indexFileOf = (indexFile: string, what: 'records' | 'concourse'): string =>
  indexFile.replace(/(\.\w+)?$/, (ending) => `-${what}${ending}`);

/** Everything that the worker does, apart from its messages. */
export class HistoryService {
  readonly #options: WorkerOptions;
  readonly #tell: (status: HistoryStatus) => void;
  #status = starting;
  /** The branch of the image tags, and of all records up to where these were set apart. */
  readonly #tags: LineIndex;
  /** Records that lie apart; `null`: they don't. */
  readonly #records: LineIndex | null;
  /** What Concourses told; `null`: the estate has none. */
  readonly #concourse: LineIndex | null;
  readonly #copied = new CopiedRecords();
  /** The tip of the image tags at which copies of records were first met that do not lie there. */
  #missedAt: string | null = null;
  #updating: Promise<HistoryStatus> | null = null;
  #again: Promise<HistoryStatus> | null = null;
  #checked = false;
  #told: readonly Claim[] | null = null;

  /** @throws {RangeError} for a template that cannot be used. */
  constructor(options: WorkerOptions, tell: (status: HistoryStatus) => void) {
    this.#options = options;
    this.#tell = tell;
    const { branch, concourse, indexFile, mark = newReadMark() } = options;
    const { maxPageCount, records, repo, template } = options;
    const common = {
      template,
      mark,
      skipped: new Set(options.skipped),
      maxPageCount,
      onMissing: () => this.#set({ notice: this.#withMissing(null) }),
      onDamaged: () =>
        this.#set({ phase: 'indexing', notice: this.#withMissing(rebuiltNotice.damaged), beginning: null }),
    };
    const tags: LineIndex = new LineIndex({
      ...common,
      source: records ? [branch, template, true] : [branch, template],
      repo,
      layout: compileLayout(template),
      recordMoves: records ? deletedHere : null,
      indexFile,
      onProgress: (progress) =>
        this.#set({ phase: 'indexing', progress, tip: tags.tip, beginning: tags.beginning }),
    });
    this.#tags = tags;
    this.#records = records
      ? new LineIndex({
          ...common,
          source: [records.branch, records.repo],
          repo: records.repo,
          layout: recordsLayout,
          recordMoves: this.#copied,
          indexFile: indexFileOf(indexFile, 'records'),
          onProgress: () => {},
        })
      : null;
    this.#concourse = concourse
      ? new LineIndex({
          ...common,
          template: concourseTagPath,
          source: [concourse.branch, concourse.repo],
          repo: concourse.repo,
          layout: concourseLayout(),
          recordMoves: null,
          indexFile: indexFileOf(indexFile, 'concourse'),
          origin: 'concourse',
          onProgress: () => {},
        })
      : null;
  }

  get #lines(): LineIndex[] {
    return [this.#tags, this.#records, this.#concourse].filter((line) => line !== null);
  }

  get status(): HistoryStatus {
    return this.#status;
  }

  /** Opens the index, or a new one in place of what cannot be used. */
  open(): void {
    // Asked once per process; the first update would wait for it. What is wrong with it is told there.
    requireGit().catch(() => {});
    const rebuilt = this.#lines.map((line) => line.open()).find((one) => one !== null) ?? null;
    this.#checked = false;
    const notice = this.#withMissing(rebuilt && rebuiltNotice[rebuilt]);
    this.#set({
      phase: this.#tags.complete ? 'ready' : 'opening',
      tip: this.#tags.tip,
      beginning: this.#tags.beginning,
      progress: null,
      ...(notice === null ? {} : { notice }),
    });
  }

  #openAll(): void {
    if (!this.#tags.isOpen) this.open();
  }

  /** A notice, and what is missing of the index besides. */
  #withMissing(notice: string | null): string | null {
    const all = this.#lines.flatMap((line) => line.missing);
    const missing = all.length > 0 ? leftOutNotice(all) : null;
    return [notice, missing].filter((one) => one !== null).join(' ') || null;
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
    this.#openAll();
    // One that is half indexed would tell of locks that were never given back.
    const beside = this.#tags.complete ? this.#lines.slice(1).filter(({ complete }) => complete) : [];
    return answerTo([this.#tags.view(), ...beside.map((line) => line.view())], question, input);
  }

  close(): void {
    for (const line of this.#lines) line.close();
  }

  async #update(signal?: AbortSignal): Promise<HistoryStatus> {
    try {
      this.#openAll();
      const tip = await findTip(this.#options, signal);
      if (!this.#tags.complete) this.#set({ phase: 'indexing' });
      const records = await recordsAt(this.#options, tip, signal);
      const changed = await this.#tags.update(tip, { records, told: this.#told }, signal);
      this.#report(changed, 'The branch was rewritten');
      if (records) await this.#updateRecords(records, tip, signal);
      await this.#updateConcourse(signal);
      this.#set({
        phase: 'ready',
        progress: null,
        failure: null,
        tip: this.#tags.tip,
        beginning: this.#tags.beginning,
        attributed: (this.#status.attributed ?? 0) + changed.attributed,
      });
      this.#checkSoon();
      return this.#status;
    } catch (error) {
      const failure = historyFailure(error);
      this.#set({ phase: 'failed', progress: null, failure });
      throw error;
    }
  }

  /** Where their branch is not there, what was indexed of it stays. */
  async #updateRecords({ commit }: RecordsAt, tip: string, signal: AbortSignal | undefined): Promise<void> {
    if (!this.#records) return;
    const isLast = this.#missedAt !== null && this.#missedAt !== tip;
    this.#copied.look({ gitDir: gitDirOf(this.#options.repo) ?? this.#options.repo, tip }, isLast, signal);
    try {
      const changed = await this.#records.update(commit, { records: null, told: null }, signal);
      this.#missedAt = null;
      this.#report(changed, 'The branch of records was rewritten');
    } catch (error) {
      if (!(error instanceof CopiesNotSeen)) throw error;
      // The next fetch of the image tags brings them. Until then the records stay as they were last seen.
      this.#missedAt ??= tip;
    }
  }

  /** It is written anew where what is known of the past became more: nothing is lost by that, and nobody is told. */
  async #updateConcourse(signal: AbortSignal | undefined): Promise<void> {
    const place = this.#options.concourse;
    const tip = place && (await concourseAt(place, signal));
    if (tip) await this.#concourse?.update(tip, { records: null, told: null }, signal);
  }

  #report({ removed, rewritten }: LineUpdated, what: string): void {
    if (rewritten)
      this.#set({
        notice: this.#withMissing(
          `${what}: ${count(removed, 'event')} removed, and the new commits are loaded.`,
        ),
      });
  }

  #rebuild(): void {
    for (const line of this.#lines) line.rebuild();
    this.#checked = false;
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
      if (!this.#tags.isOpen || this.#updating) return;
      if (this.#lines.every((line) => line.isSound())) return this.#warm();
      this.#rebuild();
      // Its failure is the status that everybody is told.
      this.update().catch(() => {});
    }, 200).unref();
  }

  /** Fills what the first look at the history screen would wait for. */
  #warm(): void {
    try {
      for (const line of this.#lines) {
        if (!line.complete) continue;
        const { lines, statements } = line.view();
        lines().feed.refresh(statements);
      }
    } catch {
      // Whoever asks is told.
    }
  }

  #set(change: Partial<HistoryStatus>): void {
    this.#status = { ...this.#status, ...change };
    this.#tell(this.#status);
  }
}
