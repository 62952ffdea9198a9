import type { Estate } from '../../shared/domain/estate/estate';
import type { Ledger } from '../ledger/ledger';
import type { Log } from '../log/log';
import type { GitHub } from '../systems/github/github-client';
import { gitHubAccountText } from './github-account';
import {
  createGitHubSignIn,
  type GitHubSignInPort,
  type SaveGitHubToken,
  signInPlaceOf,
} from './github-sign-in';

/** Signing in at the estate's GitHub by a code. @param options.save absent: the estate brings its own token. */
export function openGitHubSignIn(options: {
  estate: Estate;
  github: GitHub | null;
  ledger: Pick<Ledger, 'refresh'>;
  save: SaveGitHubToken | undefined;
  fetch: typeof fetch | undefined;
  log: Log;
}): GitHubSignInPort {
  const { estate, github, ledger, save, log } = options;
  const place = save ? signInPlaceOf(estate) : 'This estate brings its own token.';
  return createGitHubSignIn({
    place: typeof place === 'string' ? place : { ...place, fetch: options.fetch },
    save: (token) => {
      const unsaved = save?.(token) ?? null;
      // What was refused without it is asked again at once. It never rejects; what comes of it is the ledger's freshness.
      void ledger.refresh();
      return unsaved;
    },
    whose: async () => (github ? (await gitHubAccountText(github)).text : 'Signed in.'),
    now: Date.now,
    log,
  });
}
