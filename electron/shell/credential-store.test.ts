import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { estateSchema } from '../../shared/domain/estate/estate';
import { credentialStore } from './credential-store';
import { memoryVault as parts } from './testing/keychain';
import type { Vault } from './vault';

const memoryVault = (): Vault => parts().vault;

const estate = (url: string, apiUrl = 'https://api.github.com') =>
  estateSchema.parse({
    name: 'estate',
    ledger: { url, github: { apiUrl, owner: 'o', repo: 'r' } },
    environments: [{ name: 'production' }],
  });

describe('the secrets in the vault', () => {
  const secret = { name: 'ledger', account: '', secret: 'ghp_secret' } as const;

  it('are kept for the hosts of the estate for which they were entered', () => {
    const vault = memoryVault();
    const first = credentialStore(vault);
    first.bindTo(estate('https://github.com/o/one.git'));
    first.set(secret);
    const again = credentialStore(vault);
    again.bindTo(estate('https://github.com/o/two.git'));
    expect(again.ledger()).toEqual({ username: 'x-access-token', password: 'ghp_secret' });
    expect(again.github()).toBe('ghp_secret');
    expect(again.describe(['ledger']).credentials[0]).toMatchObject({ state: 'kept' });
  });
  it('are held for this run where the system keeps none safely, and told as that', () => {
    const { vault, file, keychain } = parts();
    keychain.isThere = false;
    const store = credentialStore(vault);
    store.bindTo(estate('https://github.com/o/one.git'));
    store.set(secret);
    expect(store.ledger()).toEqual({ username: 'x-access-token', password: 'ghp_secret' });
    expect(store.describe(['ledger'])).toMatchObject({
      unavailableBecause: expect.stringContaining('until Signalbox quits'),
      credentials: [{ name: 'ledger', state: 'held' }, { name: 'github' }],
    });
    expect(file.names()).toEqual([]);
  });
  it('are not sent where another estate file points', () => {
    const vault = memoryVault();
    const first = credentialStore(vault);
    first.bindTo(estate('https://github.com/o/one.git'));
    first.set(secret);
    for (const other of [
      estate('https://github.com.evil.example/o/one.git'),
      estate('https://github.com/o/one.git', 'https://evil.example/api/v3'),
    ]) {
      const store = credentialStore(vault);
      store.bindTo(other);
      expect([store.ledger(), store.github()]).toEqual([null, null]);
      expect(store.describe(['ledger']).credentials[0]).toMatchObject({ state: 'missing' });
    }
  });
  it.each([
    ['http://github.com/o/one.git', 'https://api.github.com'],
    ['http://github.com:443/o/one.git', 'https://api.github.com'],
    ['https://github.com:8443/o/one.git', 'https://api.github.com'],
    ['https://github.com/o/one.git', 'http://api.github.com'],
  ])('are not sent to the same host by another scheme or port: %s, %s', (url, apiUrl) => {
    const vault = memoryVault();
    const first = credentialStore(vault);
    first.bindTo(estate('https://github.com/o/one.git'));
    first.set(secret);
    first.bindTo(estate(url, apiUrl));
    expect([first.ledger(), first.github()]).toEqual([null, null]);
  });
  it('are kept for a practice server on this machine, by its scheme, too', () => {
    const store = credentialStore(memoryVault());
    store.bindTo(estate('http://127.0.0.1:8080/one.git', 'http://localhost:8081/api'));
    store.set(secret);
    expect(store.github()).toBe('ghp_secret');
    store.bindTo(estate('https://127.0.0.1:8080/one.git', 'http://localhost:8081/api'));
    expect(store.github()).toBeNull();
  });

  describe('that an earlier version kept by their hosts alone', () => {
    const old = (...hosts: string[]) => {
      const vault = memoryVault();
      const place = createHash('sha256').update(hosts.sort().join('\n')).digest('hex').slice(0, 16);
      vault.set(`ledger@${place}`, 'ghp_old');
      vault.set(`ledger-account@${place}`, 'ada');
      return vault;
    };
    it.each([
      ['https://github.com/o/one.git', 'https://api.github.com', ['github.com', 'api.github.com']],
      ['https://git.example:8443/one.git', 'https://git.example:8443/api', ['git.example:8443']],
      ['http://localhost:8080/one.git', 'http://localhost:8080/api', ['localhost:8080']],
    ])('are still found for %s', (url, apiUrl, hosts) => {
      const store = credentialStore(old(...hosts));
      store.bindTo(estate(url, apiUrl));
      expect(store.ledger()).toEqual({ username: 'ada', password: 'ghp_old' });
      expect(store.describe(['ledger']).credentials[0]).toMatchObject({ state: 'kept', account: 'ada' });
    });
    it.each([
      ['http://github.com/o/one.git', 'https://api.github.com', ['github.com', 'api.github.com']],
      ['https://github.com/o/one.git', 'http://api.github.com', ['github.com', 'api.github.com']],
      ['http://localhost/one.git', 'http://localhost/api', ['localhost']],
    ])('are not sent to %s and %s', (url, apiUrl, hosts) => {
      const store = credentialStore(old(...hosts));
      store.bindTo(estate(url, apiUrl));
      expect([store.ledger(), store.github()]).toEqual([null, null]);
    });
    it('go when they are removed, and give way to a new one with its own account', () => {
      const vault = old('github.com', 'api.github.com');
      const store = credentialStore(vault);
      store.bindTo(estate('https://github.com/o/one.git'));
      store.set(secret);
      expect(store.ledger()).toEqual({ username: 'x-access-token', password: 'ghp_secret' });
      store.set({ name: 'ledger', account: '', secret: null });
      expect(store.ledger()).toBeNull();
    });
  });
  it('of the release repo do not go to an API, nor the other way round, where a file swaps them', () => {
    const store = credentialStore(memoryVault());
    store.bindTo(estate('https://git.example/one.git', 'https://api.example'));
    store.set(secret);
    store.bindTo(estate('https://api.example/one.git', 'https://git.example'));
    expect([store.ledger(), store.github()]).toEqual([null, null]);
  });
  it('are none before it is known for which estate', () => {
    const store = credentialStore(memoryVault());
    expect([store.ledger(), store.github()]).toEqual([null, null]);
    expect(() => store.set(secret)).toThrow();
  });
});

describe('the secrets of registries', () => {
  const withRegistry = (registry: object, url = 'https://github.com/o/one.git') =>
    estateSchema.parse({ ...estate(url), registry });
  const ghcr = { url: 'https://ghcr.io', tokenService: null };
  const secret = { name: 'registry https://ghcr.io', account: 'ada', secret: 'ghp_images' } as const;
  const kept = (): Vault => {
    const vault = memoryVault();
    const store = credentialStore(vault);
    store.bindTo(withRegistry({ url: 'https://ghcr.io' }));
    store.set(secret);
    return vault;
  };

  it('are kept for the registry, whatever the release repo', () => {
    const store = credentialStore(kept());
    store.bindTo(withRegistry({ url: 'https://ghcr.io/' }, 'https://elsewhere.example/r.git'));
    expect(store.registry(ghcr)).toEqual({ username: 'ada', password: 'ghp_images' });
    expect([store.ledger(), store.github()]).toEqual([null, null]);
    expect(store.describe([secret.name]).credentials.at(-1)).toEqual({
      name: secret.name,
      state: 'kept',
      account: 'ada',
    });
  });
  it.each([
    ['another host', { url: 'https://ghcr.io.evil.example' }],
    ['another scheme', { url: 'http://ghcr.io' }],
    ['another port', { url: 'https://ghcr.io:8443' }],
    ['another place for tokens', { url: 'https://ghcr.io', tokenService: 'https://evil.example' }],
    [
      'another place for the tokens of one app',
      { url: 'https://ghcr.io', apps: { web: { tokenService: 'https://evil.example' } } },
    ],
  ])('are not sent by an estate file that names %s', (_, registry) => {
    const store = credentialStore(kept());
    store.bindTo(withRegistry(registry));
    expect([store.registry(ghcr), store.registry({ ...ghcr, url: registry.url })]).toEqual([null, null]);
  });
  it('are not kept for a registry that the estate does not name, and can be forgotten', () => {
    const vault = kept();
    const store = credentialStore(vault);
    store.bindTo(withRegistry({ url: 'https://ghcr.io' }));
    expect(() => store.set({ ...secret, name: 'registry https://evil.example' })).toThrow();
    store.set({ ...secret, secret: null });
    expect(store.registry(ghcr)).toBeNull();
  });
  it('of Amazon ECR go with its user', () => {
    const url = 'https://1.dkr.ecr.eu-west-1.amazonaws.com';
    const store = credentialStore(memoryVault());
    store.bindTo(withRegistry({ url }));
    store.set({ name: `registry ${url}`, account: null, secret: 'x' });
    expect(store.registry({ url, tokenService: null })).toEqual({ username: 'AWS', password: 'x' });
  });
});
