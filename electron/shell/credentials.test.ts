import { describe, expect, it } from 'vitest';
import { estateSchema } from '../../shared/domain/estate';
import { credentialStore } from './credentials';
import type { Vault } from './vault';

/** A vault in memory. */
function memoryVault(): Vault {
  const kept = new Map<string, string>();
  return {
    get: (name) => kept.get(name) ?? null,
    set: (name, secret) => void (secret === null ? kept.delete(name) : kept.set(name, secret)),
    unavailableBecause: () => null,
  };
}
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
  it('are none before it is known for which estate', () => {
    const store = credentialStore(memoryVault());
    expect([store.ledger(), store.github()]).toEqual([null, null]);
    expect(() => store.set(secret)).toThrow();
  });
});
