import type { Candidate, Change } from '../../../shared/domain/change';
import type { Freshness } from '../../../shared/domain/freshness';

/** What is known of the apps' source repos. Answers are cached; unknown is answered as unknown, never as nothing. */
export interface Sources {
  /** Commits and migrations between two versions (GitHub REST "Compare two commits"). */
  change(app: string, from: string, to: string, signal?: AbortSignal): Promise<Change>;
  /** Tags, branches and commits that match a text, newest first. */
  candidates(
    app: string,
    query: string,
    limit: number,
    signal?: AbortSignal,
  ): Promise<Omit<Candidate, 'runningIn'>[]>;
  /** Whether the version exists as a tag or commit of the source repo; `null`: could not be asked. */
  published(app: string, version: string, signal?: AbortSignal): Promise<boolean | null>;
  /** Link to the app's source repo in a browser; `null` when it isn't https. */
  webUrl(app: string): string | null;
  freshness(): Freshness;
}
