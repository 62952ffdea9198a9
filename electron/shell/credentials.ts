import type { OutputOf, ParsedInputOf } from '../../shared/contract/contract';
import type { Credentials } from '../ledger/ledger';
import type { Vault } from './vault';

type Named = ParsedInputOf<'credentials.test'>['name'];

/** The estate's secrets as the vault keeps them: the ledger's user and password or token, and GitHub's token. */
export interface CredentialStore {
  /** What may be told of them. `needed`: which ones this estate takes from the vault at all. */
  describe(needed: readonly Named[]): OutputOf<'credentials.get'>;
  /** @throws FailureError when this system keeps no secrets safely. */
  set(change: ParsedInputOf<'credentials.set'>): void;
  ledger(): Credentials | null;
  /** GitHub's own token, or the ledger's where there is none: on GitHub one token does for both. */
  github(): string | null;
}

const account = (name: Named): string => `${name}-account`;

/** GitHub takes any user name beside a token; this is the one that its documentation names. */
const tokenUser = 'x-access-token';

export function credentialStore(vault: Vault): CredentialStore {
  const names: readonly Named[] = ['ledger', 'github'];
  return {
    describe: (needed) => ({
      unavailableBecause: vault.unavailableBecause(),
      credentials: names.map((name) => ({
        name,
        state: !needed.includes(name) ? 'not-needed' : vault.get(name) === null ? 'missing' : 'kept',
        account: needed.includes(name) ? vault.get(account(name)) : null,
      })),
    }),
    set: ({ name, account: user, secret }) => {
      vault.set(name, secret);
      vault.set(account(name), secret === null ? null : user || null);
    },
    ledger: () => {
      const password = vault.get('ledger');
      return password === null ? null : { username: vault.get(account('ledger')) ?? tokenUser, password };
    },
    github: () => vault.get('github') ?? vault.get('ledger'),
  };
}
