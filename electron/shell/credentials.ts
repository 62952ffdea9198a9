import { createHash } from 'node:crypto';
import type { OutputOf, ParsedInputOf } from '../../shared/contract/contract';
import type { Estate } from '../../shared/domain/estate';
import type { Credentials } from '../ledger/ledger';
import type { Vault } from './vault';

type Named = ParsedInputOf<'credentials.test'>['name'];

/** The estate's secrets as the vault keeps them: the ledger's user and password or token, and GitHub's token. */
export interface CredentialStore {
  /**
   * Says which estate is open: secrets are kept for its hosts, so that a file which names other ones is not sent what
   * was entered for these. Before, there are none.
   */
  bindTo(estate: Pick<Estate, 'ledger' | 'sources'>): void;
  /** What may be told of them. `needed`: which ones this estate takes from the vault at all. */
  describe(needed: readonly Named[]): OutputOf<'credentials.get'>;
  /** @throws FailureError when this system keeps no secrets safely. */
  set(change: ParsedInputOf<'credentials.set'>): void;
  ledger(): Credentials | null;
  /** GitHub's own token, or the ledger's where there is none: on GitHub one token does for both. */
  github(): string | null;
}

/** The hosts to which an estate has secrets sent, as a name without dots (the store takes those for a path). */
function placeOf({ ledger, sources }: Pick<Estate, 'ledger' | 'sources'>): string {
  const hosts = [ledger.url, ledger.github?.apiUrl, sources?.github?.apiUrl].flatMap((url) =>
    url !== undefined && URL.canParse(url) ? [new URL(url).host] : [],
  );
  return createHash('sha256')
    .update([...new Set(hosts)].sort().join('\n'))
    .digest('hex')
    .slice(0, 16);
}

/** GitHub takes any user name beside a token; this is the one that its documentation names. */
const tokenUser = 'x-access-token';

export function credentialStore(vault: Vault): CredentialStore {
  const names: readonly Named[] = ['ledger', 'github'];
  let place: string | null = null;
  const secretOf = (name: Named): string | null => (place === null ? null : vault.get(`${name}@${place}`));
  const accountOf = (name: Named): string | null =>
    place === null ? null : vault.get(`${name}-account@${place}`);
  return {
    bindTo: (estate) => {
      place = placeOf(estate);
    },
    describe: (needed) => ({
      unavailableBecause: vault.unavailableBecause(),
      credentials: names.map((name) => ({
        name,
        state: !needed.includes(name) ? 'not-needed' : secretOf(name) === null ? 'missing' : 'kept',
        account: needed.includes(name) ? accountOf(name) : null,
      })),
    }),
    set: ({ name, account, secret }) => {
      if (place === null) throw new Error('No estate is open for which a secret could be kept.');
      vault.set(`${name}@${place}`, secret);
      vault.set(`${name}-account@${place}`, secret === null ? null : account || null);
    },
    ledger: () => {
      const password = secretOf('ledger');
      return password === null ? null : { username: accountOf('ledger') ?? tokenUser, password };
    },
    github: () => secretOf('github') ?? secretOf('ledger'),
  };
}
