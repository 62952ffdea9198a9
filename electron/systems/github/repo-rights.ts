import { fail, ok, type Result } from '../../../shared/domain/failure/failure';
import type { BranchRights, WorkflowFileRights } from '../../../shared/domain/route/route-access';
import { believed } from './answers';
import { branchRights } from './branch-rights';
import { type GitHub, gitHubFailure } from './github-client';
import { accountSchema } from './rights-answers';
import { scopesOf, teamMembership } from './team-membership';
import { workflowFileRights } from './workflow-file-rights';

/** What the person whose token it is may do on GitHub: asked, not guessed. Fails with why GitHub did not tell. */
export interface RepoRights {
  /**
   * The account behind the token. `scopes` `null`: a token that names none (fine-grained, or an app's). `emails`: the
   * account's public address; the others need a scope that nothing else here does.
   */
  user(
    signal: AbortSignal,
  ): Promise<
    Result<{ login: string; id: number | null; emails: readonly string[]; scopes: readonly string[] | null }>
  >;
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

/** @param github a client with the person's token. */
export function createRepoRights(github: GitHub): RepoRights {
  const asked = async <T>(what: string, ask: () => Promise<T>): Promise<Result<T>> => {
    try {
      return ok(await ask());
    } catch (error) {
      return fail(gitHubFailure(error, what));
    }
  };
  const whose = async (signal: AbortSignal) => {
    const { data, headers } = await github.users.getAuthenticated({ request: { signal } });
    const { login, id, email } = believed(accountSchema, data);
    return { login, id: id ?? null, emails: email ? [email] : [], scopes: scopesOf(headers) };
  };
  return {
    user: (signal) => asked('whose the token is', () => whose(signal)),
    branch: (place, signal) =>
      asked(`rights on ${place.owner}/${place.repo} ${place.branch}`, () =>
        branchRights(github, place, async () => (await whose(signal)).login, signal),
      ),
    team: (place, signal) =>
      asked(`team ${place.org}/${place.team}`, () => teamMembership(github, place, signal)),
    workflowFile: (place, signal) =>
      asked(`${place.owner}/${place.repo} ${place.file}`, () => workflowFileRights(github, place, signal)),
  };
}
