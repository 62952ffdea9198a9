/** What ran on a version's commit at GitHub: check runs and commit statuses, by name. */
export type CommitChecks =
  | {
      state: 'known';
      failed: readonly string[];
      pending: readonly string[];
      passed: number;
      /** There are more than were read. */
      partial: boolean;
    }
  /** They could not be asked for; `because` in a sentence. */
  | { state: 'unknown'; because: string };
