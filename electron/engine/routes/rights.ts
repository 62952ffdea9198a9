import type { Result } from '../../../shared/domain/failure/failure';
import type { BranchRights, WorkflowFileRights } from '../../../shared/domain/route/route-access';

/** What GitHub says of the signed-in person's rights. Fails with why it did not answer. */
export interface RepoRights {
  /** The account behind the token. `scopes` `null`: a token that names none (fine-grained, or an app's). */
  user(signal: AbortSignal): Promise<Result<{ login: string; scopes: readonly string[] | null }>>;
  branch(
    place: { owner: string; repo: string; branch: string },
    signal: AbortSignal,
  ): Promise<Result<BranchRights>>;
  /** Needs the scope `read:org`. */
  team(
    place: { org: string; team: string; login: string },
    signal: AbortSignal,
  ): Promise<Result<'active' | 'pending' | 'none'>>;
  workflowFile(
    place: { owner: string; repo: string; file: string; ref: string },
    signal: AbortSignal,
  ): Promise<Result<WorkflowFileRights>>;
}
