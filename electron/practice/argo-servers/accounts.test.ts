import { expect, it } from 'vitest';
import type { ArgoSystem } from '../../../shared/domain/estate/argo-servers';
import { usualArgoSessions } from '../../systems/practice/argo-sessions';
import type { EnvironmentName } from '../../systems/practice/environments';
import { consoleUser, developers, rival } from '../estate/people';
import { standardRights } from '../rights/standard-rights';
import { argoAccounts, endArgoSessions } from './accounts';
import { readCookies, sessionCookies } from './session-cookies';

function ground() {
  const rights = standardRights('govuk');
  const sessions = usualArgoSessions();
  let now = 1_700_000_000_000;
  const of = (environment: EnvironmentName, system: ArgoSystem) =>
    argoAccounts({
      environment,
      system,
      secret: 'a secret',
      rights: () => rights,
      sessions: () => sessions,
      now: () => now,
    });
  return { rights, sessions, of, pass: (seconds: number) => (now += seconds * 1000) };
}
const bearer = ({ token }: { token: string }) => ({ authorization: `Bearer ${token}` });
const cookieHeader = (set: readonly string[]) => ({ cookie: set.map((one) => one.split(';')[0]).join('; ') });

it.each(['argo-cd', 'argo-workflows'] as const)(
  'a session of %s is known by header and by cookie, at its own server alone',
  (system) => {
    const { of } = ground();
    const session = of('production', system).signIn(rival.login);
    const value = system === 'argo-cd' ? session.token : `Bearer ${session.token}`;
    const byCookie = cookieHeader(sessionCookies(system, value, session.expires));
    for (const headers of [bearer(session), byCookie]) {
      expect(of('production', system).personOf(headers)?.login).toBe(rival.login);
      expect(of('staging', system).personOf(headers)).toBeNull();
      expect(
        of('production', system === 'argo-cd' ? 'argo-workflows' : 'argo-cd').personOf(headers),
      ).toBeNull();
    }
    expect(of('production', system).personOf({})).toBeNull();
    expect(of('production', system).personOf({ authorization: 'Bearer a.b.c' })).toBeNull();
  },
);

it('a token that is too long for one cookie comes in parts, as Argo CD splits it', () => {
  const long = 'x'.repeat(9000);
  const set = sessionCookies('argo-cd', long, new Date());
  expect(set).toHaveLength(3);
  expect(set.every((one) => one.length <= 4093)).toBe(true);
  expect(readCookies(cookieHeader(set).cookie).get('argocd.token')).toMatch(/^3:x+$/);
});

it('a session expires, and sessions can be ended; those that start later live', () => {
  const { of, sessions, pass } = ground();
  const accounts = of('integration', 'argo-cd');
  sessions.lastSeconds = 60;
  const short = accounts.signIn(consoleUser.login);
  pass(59);
  expect(accounts.personOf(bearer(short))).not.toBeNull();
  pass(1);
  expect(accounts.personOf(bearer(short))).toBeNull();
  const ended = accounts.signIn(consoleUser.login);
  const elsewhere = of('integration', 'argo-workflows').signIn(consoleUser.login);
  endArgoSessions(sessions, { environment: 'integration', system: 'argo-cd' });
  expect(accounts.personOf(bearer(ended))).toBeNull();
  expect(of('integration', 'argo-workflows').personOf(bearer(elsewhere))).not.toBeNull();
  expect(accounts.personOf(bearer(accounts.signIn(consoleUser.login)))).not.toBeNull();
});

it.each([
  ['the person of the console', consoleUser.login, 'read-write', 'read-write'],
  ['a developer', developers[0]?.login ?? '', 'read-write', 'read-only'],
  ['the local account', 'admin', 'read-write', 'read-write'],
])('%s has the role of the environment’s team', (_, login, integration, production) => {
  const { of } = ground();
  const roleIn = (environment: EnvironmentName) => {
    const accounts = of(environment, 'argo-cd');
    return accounts.personOf(bearer(accounts.signIn(login)))?.role('argo-cd');
  };
  expect(roleIn('integration')).toBe(integration);
  expect(roleIn('production')).toBe(production);
});

it('nobody else signs in', () => {
  const accounts = ground().of('integration', 'argo-cd');
  expect(accounts.personOf(bearer(accounts.signIn('stranger')))).toBeNull();
});
