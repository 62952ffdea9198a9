import type { Estate } from '../../shared/domain/estate/estate';
import { leadsToLoopback } from '../../shared/domain/estate/loopback';
import type { Credentials } from '../ledger/ledger';
import type { Log } from '../log/log';
import { signInPlaceOf } from '../session/github-sign-in';
import { RenewalEnded, renewToken, webUrlOf } from '../systems/github/device-flow';
import type { CredentialStore } from './credential-store';

/** A token is renewed so long before it ends, in milliseconds, and after a failure no sooner than this. */
const headStart = 5 * 60_000;
const pause = 60_000;

/** GitHub's token and, where the release repo lies at that GitHub, the ledger's, as they are when they are asked for. */
export interface GitHubTokens {
  github(): Promise<string | null>;
  ledger(): Promise<Credentials | null>;
}

/**
 * Renews what a sign-in by code gave before it ends: a renewal works once, so all who ask wait for the same one.
 * @param options.fetch how GitHub is reached.
 */
export function gitHubTokens(options: {
  estate: Pick<Estate, 'ledger' | 'sources'>;
  store: Pick<CredentialStore, 'github' | 'ledger' | 'gitHubRenewal' | 'keepGitHub' | 'dropGitHubRenewal'>;
  fetch: typeof fetch;
  now: () => number;
  log: Log;
}): GitHubTokens {
  const { estate, store, now, log } = options;
  const place = signInPlaceOf(estate);
  let renewing: Promise<void> | null = null;
  let notBefore = 0;

  async function renew(renewal: string): Promise<void> {
    if (typeof place === 'string') return;
    try {
      store.keepGitHub(await renewToken({ ...place, fetch: options.fetch }, renewal, now));
      log('info', 'github.token-renewed');
    } catch (error) {
      notBefore = now() + pause;
      // What it is for is told by the requests that the old token no longer opens.
      log('warn', 'github.token-not-renewed', { error });
      if (error instanceof RenewalEnded) store.dropGitHubRenewal();
    }
  }

  async function github(): Promise<string | null> {
    const renewal = store.gitHubRenewal();
    const isDue = renewal && renewal.expires - now() < headStart && now() >= notBefore;
    if (isDue) {
      renewing ??= renew(renewal.token).finally(() => {
        renewing = null;
      });
    }
    if (renewing) await renewing;
    return store.github();
  }

  const api = estate.ledger.github?.apiUrl;
  const { url } = estate.ledger;
  const isSameHost =
    api !== undefined &&
    URL.canParse(url) &&
    new URL(url).origin === new URL(webUrlOf(api)).origin &&
    (url.startsWith('https:') || leadsToLoopback(url));
  return {
    github,
    async ledger() {
      const own = store.ledger();
      if (own || !isSameHost) return own;
      const password = await github();
      // GitHub takes any user name beside a token; this is the one that its documentation names.
      return password === null ? null : { username: 'x-access-token', password };
    },
  };
}
