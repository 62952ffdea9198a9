import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { type ArgoSystem, argoSystems } from '../../../shared/domain/estate/argo-servers';
import { type ArgoSessions, localAdmin } from '../../systems/practice/argo-sessions';
import { allEnvironments, type EnvironmentName } from '../../systems/practice/environments';
import type { RightsState } from '../../systems/practice/rights';
import { owner } from '../estate/apps';
import { consoleUser, developers, releaseManagers } from '../estate/people';
import { argoTeamOf } from '../rights/argo-team';
import { isInTeam } from '../rights/standard-rights';
import { joinedToken, readCookies, sessionCookieOf } from './session-cookies';

export type ArgoRole = 'read-only' | 'read-write';

/** Who stands behind a request to one of an environment's Argo servers. */
export interface ArgoPerson {
  login: string;
  name: string;
  /** Empty for the local account. */
  email: string;
  /** Teams of GitHub, as Dex tells them: `<organisation>:<team>`. Empty for the local account. */
  groups: readonly string[];
  /** `argocd` for the server's own accounts; Dex's address otherwise. */
  issuer: string;
  /** As it is now: teams may change while a session lives. */
  role(system: ArgoSystem): ArgoRole;
}

/** The accounts of one server: its system and environment are its own; another one's sessions are nobody's here. */
export interface ArgoAccounts {
  /**
   * Who sends a request: by `Authorization`, else by the session's cookie, as the real servers look (argo-cd,
   * server/server.go, `getToken`; argo-workflows, server/auth/gatekeeper.go, `getAuthHeaders`). `null`, to be answered by
   * 401: nobody, or a session that has expired or was ended.
   */
  personOf(headers: IncomingHttpHeaders): ArgoPerson | null;
  /** Starts a session. The token is for `Authorization: Bearer <token>`. */
  signIn(login: string): ArgoSessionToken;
}

export interface ArgoSessionToken {
  token: string;
  expires: Date;
}

/** What a token says; a JSON Web Token of Argo CD's shape (argo-cd, util/session/sessionmanager.go, `Create`). */
const claimsSchema = z.object({
  iss: z.string(),
  aud: z.string(),
  sub: z.string(),
  exp: z.number(),
  /** Which round of sessions this one belongs to; see {@link endArgoSessions}. */
  round: z.number(),
});
type Claims = z.infer<typeof claimsSchema>;

/** What Argo Workflows puts before its own tokens (server/auth/sso/sso.go, `Prefix`, without `Bearer `). */
const workflowsPrefix = 'v2:';

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

const peopleByLogin = new Map(
  [consoleUser, ...developers, ...releaseManagers].map((one) => [one.login, one]),
);

/** Whether somebody of this name can sign in through the identity provider. */
export const isKnownPerson = (login: string): boolean => peopleByLogin.has(login);

/**
 * The accounts of an environment's server.
 * @param options.secret signs the tokens: sessions outlive a restart of the estate
 * @param options.sessions how long sessions last, and since when: changed by scenarios
 */
export function argoAccounts(options: {
  environment: EnvironmentName;
  system: ArgoSystem;
  secret: string;
  rights: () => RightsState;
  sessions: () => ArgoSessions;
  now?: () => number;
}): ArgoAccounts {
  const { environment, system, secret, rights, sessions } = options;
  const now = options.now ?? Date.now;
  const audience = serverKey(environment, system);
  const sign = (text: string): string => createHmac('sha256', secret).update(text).digest('base64url');

  function claimsOf(token: string): Claims | null {
    const [head = '', body = '', signature = '', ...more] = token.split('.');
    const wanted = Buffer.from(sign(`${head}.${body}`));
    const given = Buffer.from(signature);
    if (more.length > 0 || wanted.length !== given.length || !timingSafeEqual(wanted, given)) return null;
    const claims = claimsSchema.safeParse(JSON.parse(Buffer.from(body, 'base64url').toString('utf8')));
    return claims.success ? claims.data : null;
  }

  function tokenOf(headers: IncomingHttpHeaders): string | null {
    const cookies = readCookies(headers.cookie);
    const bearer = (value: string | undefined): string | null =>
      /^Bearer (.+)$/.exec(value ?? '')?.[1] ?? null;
    if (system === 'argo-cd') return bearer(headers.authorization) ?? joinedToken(cookies);
    // A header alone is looked at where there is one.
    const value = bearer(headers.authorization ?? cookies.get(sessionCookieOf[system]));
    return value?.startsWith(workflowsPrefix) ? value.slice(workflowsPrefix.length) : null;
  }

  function person(login: string, issuer: string): ArgoPerson | null {
    const known = peopleByLogin.get(login);
    const isAdmin = issuer === 'argocd';
    if (!known && !isAdmin) return null;
    const teams = rights().teams;
    const groups = isAdmin
      ? []
      : Object.entries(teams).flatMap(([team, members]) =>
          members.includes(login) ? [`${owner}:${team}`] : [],
        );
    return {
      login,
      name: known?.name ?? login,
      email: known?.email ?? '',
      groups,
      issuer,
      role: () =>
        isAdmin || rights().profile === 'everything' || isInTeam(rights(), argoTeamOf(environment), login)
          ? 'read-write'
          : 'read-only',
    };
  }

  return {
    personOf(headers) {
      const token = tokenOf(headers);
      const claims = token === null ? null : claimsOf(token);
      if (!claims || claims.aud !== audience || claims.exp * 1000 <= now()) return null;
      if (claims.round !== roundOf(sessions(), audience)) return null;
      return person(claims.sub, claims.iss);
    },
    signIn(login) {
      const started = now();
      const expires = new Date(Math.ceil((started + sessions().lastSeconds * 1000) / 1000) * 1000);
      const exp = expires.getTime() / 1000;
      const claims: Claims & Record<string, unknown> = {
        iss: login === localAdmin.username ? 'argocd' : dexIssuer,
        aud: audience,
        sub: login,
        round: roundOf(sessions(), audience),
        iat: Math.floor(started / 1000),
        exp,
        jti: randomUUID(),
      };
      const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
      const token = `${text}.${sign(text)}`;
      return { token: system === 'argo-workflows' ? workflowsPrefix + token : token, expires };
    },
  };
}

const dexIssuer = 'https://dex.practice.invalid';

/** `argo-cd.production`. */
const serverKey = (environment: EnvironmentName, system: ArgoSystem): string => `${system}.${environment}`;
const roundOf = ({ rounds }: ArgoSessions, server: string): number => rounds[server] ?? 0;

/** Ends every session that lives now: at one server, of one environment or system, or everywhere. */
export function endArgoSessions(
  sessions: ArgoSessions,
  where: { environment?: EnvironmentName | undefined; system?: ArgoSystem | undefined },
): void {
  for (const environment of where.environment ? [where.environment] : allEnvironments)
    for (const system of where.system ? [where.system] : argoSystems) {
      const server = serverKey(environment, system);
      sessions.rounds[server] = roundOf(sessions, server) + 1;
    }
}
