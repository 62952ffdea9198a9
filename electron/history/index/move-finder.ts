import type { MovedFile, MovedSide, PlacedSide } from '../../../shared/domain/ledger/moved-files';
import { movesFromOutside, movesInside } from '../../../shared/domain/ledger/moved-files';
import type { LogCommit } from '../../systems/git/history/log-parser';
import { TreeDiffs } from '../../systems/git/history/tree-diffs';
import { runGit } from '../../systems/git/run-git';
import { bothPaths, noOlderPaths, type OlderPaths } from './older-paths';
import { compileLayout, type Layout } from './path-matcher';

/** What a commit moved. */
export interface CommitMoves {
  /** By the path that a file has afterwards. */
  byPath: ReadonlyMap<string, MovedFile>;
  /** Paths that files were moved away from. */
  sources: ReadonlyMap<string, MovedFile>;
  /** Added files that may be a removed one under another name, with that one's path. */
  open: ReadonlyMap<string, string>;
  /** Paths outside of the layout where older history lies; `null` when there are none. */
  older: OlderPaths | null;
}

/** Finds what commits moved. Only those that add an image-tag file are looked at, a few hundred of 100,000. */
export class MoveFinder {
  readonly #gitDir: string;
  readonly #template: string;
  readonly #signal: AbortSignal | undefined;
  #removals: TreeDiffs | null = null;

  /** @param template the estate's. */
  constructor(gitDir: string, template: string, signal?: AbortSignal) {
    this.#gitDir = gitDir;
    this.#template = template;
    this.#signal = signal;
  }

  close(): void {
    this.#removals?.close();
  }

  /** Whether a commit adds an image-tag file, and so may have moved it. */
  static mayMove(commit: LogCommit, layout: Layout): boolean {
    return (
      commit.parents.length > 0 &&
      commit.changes.some(
        ({ before, after, path }) => before === null && after !== null && layout.match(path)?.ledger === null,
      )
    );
  }

  /** What a commit moved, against its first parent; `null` for nothing. @throws {GitError} */
  async find(commit: LogCommit, layout: Layout): Promise<CommitMoves | null> {
    this.#removals ??= new TreeDiffs(this.#gitDir, [], 'removed', this.#signal);
    const all = await this.#removals.between(commit.oid, commit.parents[0] ?? null);
    const removed: PlacedSide[] = [];
    const outside: MovedSide[] = [];
    for (const [path, blob] of all) {
      if (blob === null) continue;
      const place = layout.match(path);
      if (!place) outside.push({ path, blob });
      else if (!place.ledger) removed.push({ path, blob, app: place.app, environment: place.environment });
    }
    if (removed.length === 0 && outside.length === 0) return null;
    const added = commit.changes.flatMap(({ path, before, after }): PlacedSide[] => {
      const place = before === null && after !== null ? layout.match(path) : null;
      return place && !place.ledger && after !== null
        ? [{ path, blob: after, app: place.app, environment: place.environment }]
        : [];
    });
    const layouts = movesFromOutside(outside, added, this.#template);
    const taken = new Set(layouts.flatMap(({ moves }) => moves.map(({ to }) => to.path)));
    const rest = added.filter(({ path }) => !taken.has(path));
    const around =
      removed.length > 0 && rest.length > 0
        ? {
            before: await this.#environmentsOf(`${commit.parents[0]}`, layout),
            after: await this.#environmentsOf(commit.oid, layout),
          }
        : { before: new Set<string>(), after: new Set<string>() };
    const inside = movesInside(removed, rest, around);
    const moves = [...layouts.flatMap((one) => one.moves), ...inside.moves];
    if (moves.length === 0 && inside.open.size === 0) return null;
    let older: OlderPaths | null = null;
    for (const { template, moves: own } of layouts)
      older = bothPaths(older ?? noOlderPaths, await this.#olderPaths(commit.oid, template, own));
    return {
      byPath: new Map(moves.map((move) => [move.to.path, move])),
      sources: new Map(moves.map((move) => [move.from.path, move])),
      open: inside.open,
      older,
    };
  }

  /** A template that nothing follows any more was the layout; where files stayed, those that went are known alone. */
  async #olderPaths(commit: string, template: string, moves: readonly MovedFile[]): Promise<OlderPaths> {
    const layout = compileLayout(template);
    const left = await this.#paths(commit, layout.folder ? [layout.folder] : []);
    if (!left.some((path) => layout.match(path)?.ledger === null))
      return { ...noOlderPaths, templates: [template] };
    return {
      ...noOlderPaths,
      files: moves.map(({ from }) => [from.path, from.app, from.environment]),
      folders: [layout.folder],
    };
  }

  /** The environments that have image-tag files at a commit. */
  async #environmentsOf(commit: string, layout: Layout): Promise<Set<string>> {
    const found = new Set<string>();
    for (const path of await this.#paths(commit, layout.folders)) {
      const place = layout.match(path);
      if (place && !place.ledger) found.add(place.environment);
    }
    return found;
  }

  async #paths(commit: string, folders: readonly string[]): Promise<string[]> {
    const listed = await runGit(
      ['ls-tree', '-r', '-z', '--name-only', '--end-of-options', commit, '--', ...folders],
      { gitDir: this.#gitDir, ...(this.#signal ? { signal: this.#signal } : {}) },
    );
    return listed.stdout.toString('utf8').split('\0').filter(Boolean);
  }
}
