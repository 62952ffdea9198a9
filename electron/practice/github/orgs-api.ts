import type { RestEndpointMethodTypes } from '@octokit/rest';
import { type PracticeTeam, practiceTeamSchema, type RightsState } from '../../systems/practice/rights';
import { owner } from '../estate/apps';
import type { TokenHolder } from '../git/token-access';
import { isInTeam } from '../rights/standard-rights';
import { linkHeader, paged, pageOf } from './paging';
import { notFound } from './problem';
import type { Answer } from './repo-context';
import { idOf, nodeId, simpleUser } from './shapes';

type TeamFull = RestEndpointMethodTypes['teams']['getByName']['response']['data'];
type Membership = RestEndpointMethodTypes['teams']['getMembershipForUserInOrg']['response']['data'];

/** A question about the organisation, once its token is known. */
export interface OrgContext {
  holder: TokenHolder;
  /** Scopes of the token. */
  scopes: readonly string[];
  rights: RightsState;
  url: URL;
}

/** Scopes by which a classic token sees teams ("Scopes for OAuth apps": `write:org` and `admin:org` hold `read:org`). */
const orgScopes = ['admin:org', 'read:org', 'write:org'];
const accepted = { 'x-accepted-oauth-scopes': orgScopes.join(', ') };

/**
 * The part of the organisation that the console asks about: its teams, who is in them, and the teams of the token's
 * owner. Teams are seen by members of the organisation whose token has `read:org`; everybody else is told that there
 * is no such thing. @throws Problem 404
 */
export function answerOrg(context: OrgContext): Answer {
  const { pathname } = context.url;
  if (pathname === '/user/teams') return ownTeams(context);
  const [, org, slug, rest = ''] = /^\/orgs\/([\w-]+)\/teams\/([\w-]+)(?:\/(.+))?$/.exec(pathname) ?? [];
  const team = practiceTeamSchema.safeParse(slug);
  if (org !== owner || !team.success || !seesTeams(context)) throw notFound(accepted);
  if (rest === '') return { status: 200, body: teamShape(context, team.data), headers: accepted };
  if (rest === 'members') return members(context, team.data);
  const login = /^memberships\/([\w-]+)$/.exec(rest)?.[1];
  if (login === undefined) throw notFound(accepted);
  return membership(context, team.data, login);
}

const seesTeams = ({ holder, scopes, rights }: OrgContext): boolean =>
  orgScopes.some((scope) => scopes.includes(scope)) &&
  Object.values(rights.teams).some((logins) => logins.includes(holder.login));

/** `GET /orgs/{org}/teams/{team_slug}/memberships/{username}`: 404 for whoever is not in the team. */
function membership(context: OrgContext, team: PracticeTeam, login: string): Answer {
  if (!isInTeam(context.rights, team, login)) throw notFound(accepted);
  const body: Membership = {
    url: `${teamUrl(context, team)}/memberships/${login}`,
    role: 'member',
    state: 'active',
  };
  return { status: 200, body, headers: accepted };
}

/** `GET /orgs/{org}/teams/{team_slug}/members` */
function members(context: OrgContext, team: PracticeTeam): Answer {
  const page = pageOf(context.url.searchParams);
  const all = context.rights.teams[team];
  const link = linkHeader(context.url, page, all.length);
  const body = paged(all, page).map((login) => simpleUser(context.url.origin, login));
  return { status: 200, body, headers: { ...accepted, ...(link ? { link } : {}) } };
}

/** `GET /user/teams` */
function ownTeams(context: OrgContext): Answer {
  if (!seesTeams(context)) throw notFound(accepted);
  const page = pageOf(context.url.searchParams);
  const all = practiceTeamSchema.options.filter((team) =>
    isInTeam(context.rights, team, context.holder.login),
  );
  const link = linkHeader(context.url, page, all.length);
  const body = paged(all, page).map((team) => ({ ...teamShape(context, team), parent: null }));
  return { status: 200, body, headers: { ...accepted, ...(link ? { link } : {}) } };
}

const teamUrl = ({ url }: Pick<OrgContext, 'url'>, team: PracticeTeam): string =>
  `${url.origin}/organizations/${idOf(owner)}/team/${idOf(team)}`;

/** GitHub's names of them, as GOV.UK's are written. */
const teamName = (team: PracticeTeam): string =>
  team
    .replace(/^gov-uk-?/, 'GOV.UK ')
    .replace(/(^| |-)(\w)/g, (_, before: string, letter: string) => `${before && ' '}${letter.toUpperCase()}`)
    .replace(/\bCi\b/, 'CI')
    .trim();

/** A team, as GitHub describes it whole. */
export function teamShape(context: Pick<OrgContext, 'url' | 'rights'>, team: PracticeTeam): TeamFull {
  const url = teamUrl(context, team);
  const org = `${context.url.origin}/orgs/${owner}`;
  return {
    id: idOf(team),
    node_id: nodeId('Team', team),
    url,
    html_url: `https://github.example/orgs/${owner}/teams/${team}`,
    name: teamName(team),
    slug: team,
    type: 'organization',
    organization_id: idOf(owner),
    description: null,
    privacy: 'closed',
    notification_setting: 'notifications_enabled',
    permission: 'pull',
    members_url: `${url}/members{/member}`,
    repositories_url: `${url}/repos`,
    members_count: context.rights.teams[team].length,
    repos_count: 0,
    created_at: '2020-01-01T00:00:00Z',
    updated_at: '2020-01-01T00:00:00Z',
    organization: {
      login: owner,
      id: idOf(owner),
      node_id: nodeId('Organization', owner),
      url: org,
      repos_url: `${org}/repos`,
      events_url: `${org}/events`,
      hooks_url: `${org}/hooks`,
      issues_url: `${org}/issues`,
      members_url: `${org}/members{/member}`,
      public_members_url: `${org}/public_members{/member}`,
      avatar_url: '',
      description: null,
      has_organization_projects: false,
      has_repository_projects: false,
      public_repos: 0,
      public_gists: 0,
      followers: 0,
      following: 0,
      html_url: `https://github.example/${owner}`,
      type: 'Organization',
      created_at: '2020-01-01T00:00:00Z',
      updated_at: '2020-01-01T00:00:00Z',
      archived_at: null,
    },
  };
}
