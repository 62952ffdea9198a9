import { type Failure, FailureError } from '../../../shared/domain/failure/failure';
import { believed } from './answers';
import { type GitHub, isNotFound } from './github-client';
import { refusalOf } from './refusals';
import { membershipSchema } from './rights-answers';

/** Scopes of classic tokens that see teams ("Scopes for OAuth apps": each holds the one before). */
const seeTeams: ReadonlySet<string> = new Set(['read:org', 'write:org', 'admin:org']);

/** Scopes of a classic token, by the header `x-oauth-scopes`; `null`: a token of another kind, which names none. */
export function scopesOf(headers: Readonly<Record<string, unknown>>): readonly string[] | null {
  const header = headers['x-oauth-scopes'];
  if (typeof header !== 'string') return null;
  return header
    .slice(0, 2000)
    .split(',')
    .map((scope) => scope.trim())
    .filter((scope) => scope !== '');
}

const noScope = (team: string): Failure => ({
  code: 'forbidden',
  message: `The token may not see who is in the GitHub team ${team}.`,
  meaning: 'It lacks the scope read:org.',
  next: [{ do: 'open-settings', label: 'Check the token in Settings' }],
});

const noTeam = (team: string): Failure => ({
  code: 'not-found',
  message: `GitHub shows no team ${team}.`,
  meaning: 'It does not exist, or is hidden from you, which GitHub does to teams that you are not in.',
  next: [{ do: 'advice', label: 'Check its name in signalbox.yaml.' }],
});

/**
 * Whether somebody is in a team ("Get team membership for a user": 404 for who is not; `pending`: the invitation was not
 * accepted yet). GitHub answers 404 as well to a token that may not look, and for a team that is hidden: those are told
 * apart by the token's scopes and by asking for the team itself.
 * @throws the client's errors, and FailureError where nobody can tell.
 */
export async function teamMembership(
  github: GitHub,
  { org, team, login }: { org: string; team: string; login: string },
  signal: AbortSignal,
): Promise<'active' | 'pending' | 'none'> {
  const asked = { org, team_slug: team, request: { signal } };
  try {
    const { data } = await github.teams.getMembershipForUserInOrg({ ...asked, username: login });
    return believed(membershipSchema, data).state;
  } catch (error) {
    if (!isNotFound(error)) throw error;
    const scopes = scopesOf(refusalOf(error)?.headers ?? {});
    if (scopes && !scopes.some((scope) => seeTeams.has(scope)))
      throw new FailureError(noScope(`${org}/${team}`));
  }
  try {
    await github.teams.getByName(asked);
    return 'none';
  } catch (error) {
    throw isNotFound(error) ? new FailureError(noTeam(`${org}/${team}`)) : error;
  }
}
