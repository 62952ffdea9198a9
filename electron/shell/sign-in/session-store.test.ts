import { expect, it } from 'vitest';
import type { SavedSession } from '../../session/accounts/ports';
import type { ServerPlace } from '../../systems/argo/server/server-session';
import type { Vault } from '../vault';
import { allowedHosts } from './allowed-hosts';
import { sessionStore } from './session-store';

function vaultOf(unavailable: string | null = null) {
  const secrets = new Map<string, string>();
  const vault: Vault = {
    get: (name) => secrets.get(name) ?? null,
    set: (name, secret) => {
      if (secret === null) secrets.delete(name);
      else secrets.set(name, secret);
    },
    unavailableBecause: () => unavailable,
    isHeld: () => false,
    clear: () => undefined,
  };
  return { vault, secrets };
}
const place = (url: string, more: Partial<ServerPlace> = {}): ServerPlace => ({
  environment: 'production',
  system: 'argo-cd',
  url,
  ...more,
});
const session: SavedSession = {
  authorization: 'Bearer a.b.c',
  cookies: [{ name: 'proxy', value: 'x', path: '/', expires: null }],
  name: 'ada',
  by: 'window',
  expires: null,
};
const server = 'https://argocd.example.org/argo';

it('a session is kept for its server’s address, system and environment alone', () => {
  const { vault } = vaultOf();
  const store = sessionStore(vault);
  expect(store.set(place(server), session)).toBeNull();
  expect(store.get(place(`${server}/`))).toEqual(session);
  for (const other of [
    place('http://argocd.example.org/argo'),
    place('https://argocd.example.org:8443/argo'),
    place('https://argocd.example.org/other'),
    place('https://argocd.evil.example/argo'),
    place(server, { environment: 'staging' }),
    place(server, { system: 'argo-workflows' }),
  ])
    expect(store.get(other)).toBeNull();
  store.set(place(server), null);
  expect(store.get(place(server))).toBeNull();
});

it('without a keychain a session is for this run, and nothing is written', () => {
  const { vault, secrets } = vaultOf('No unlocked keychain.');
  expect(sessionStore(vault).set(place(server), session)).toBe('No unlocked keychain.');
  expect(secrets.size).toBe(0);
  expect(sessionStore(vault).set(place(server), null)).toBeNull();
});

it.each(['', '{', 'null', '{"authorization":1}', '[]'])(
  'a saved session that reads %j counts as none',
  (text) => {
    const { vault, secrets } = vaultOf();
    sessionStore(vault).set(place(server), session);
    for (const name of secrets.keys()) secrets.set(name, text);
    expect(sessionStore(vault).get(place(server))).toBeNull();
  },
);

it('hosts that were allowed are allowed for their server alone, and can be forgotten', () => {
  const content: Record<string, unknown> = {};
  const hosts = allowedHosts({
    get: (name) => content[name],
    set: (changes) => Object.assign(content, changes),
  });
  hosts.allow(place(server), 'github.com');
  hosts.allow(place(server), 'github.com');
  hosts.allow(place(server), 'login.example.net');
  expect(hosts.of(place(server))).toEqual(['github.com', 'login.example.net']);
  expect(hosts.of(place(server, { environment: 'staging' }))).toEqual([]);
  expect(hosts.of(place('https://argocd.evil.example'))).toEqual([]);
  hosts.forget(place(server), 'github.com');
  expect(hosts.of(place(server))).toEqual(['login.example.net']);
  content.signInHosts = 'damaged';
  expect(hosts.of(place(server))).toEqual([]);
});
