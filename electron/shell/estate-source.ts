import type { Estate } from '../../shared/domain/estate/estate';
import type { Log } from '../log/log';
import { readEstateFile, readReleaseRepo } from '../session/choose-estate';
import type { TypedSecret } from '../session/connect/connect-handlers';
import type { EstateChoice } from '../session/estates/choice';
import { type ConnectedEstates, estateOf } from '../session/estates/connected';
import type { CredentialStore } from './credential-store';
import { gitHubTokens } from './github-token';
import type { PracticeKeeper } from './practice-source';
import type { EstateSource } from './source';

/**
 * Finds what was chosen, and what the vault has for it.
 * @throws FailureError when it is not there or cannot be understood.
 */
export async function findEstate(
  choice: EstateChoice,
  options: {
    userData: string;
    practice: PracticeKeeper;
    connected: ConnectedEstates;
    /** What was typed while connecting to it, once; `null`: nothing. */
    takeTyped: (id: string) => TypedSecret | null;
    /** What a changed file was agreed to say, once; `null`: the file is read. */
    takeAgreed: (file: string) => Estate | null;
    credentials: CredentialStore;
    fetch: typeof fetch;
    /** Opens a page in the person's browser. */
    openPage: (page: string) => void;
    log: Log;
  },
): Promise<EstateSource> {
  const { credentials } = options;
  if (choice.kind === 'practice') return options.practice.source();
  // Its process is nobody's any more.
  await options.practice.stop();
  /** What an estate gets of the vault. */
  const secretsOf = (estate: Estate) => {
    credentials.bindTo(estate);
    const tokens = gitHubTokens({ ...options, estate, store: credentials, now: Date.now });
    return { ledgerCredentials: tokens.ledger, githubToken: tokens.github };
  };
  if (choice.kind === 'read-only') {
    const { estate, inPlace } = await readReleaseRepo(choice.address, options.userData);
    return {
      estate: { estate, mode: 'read-only', inPlace, ...secretsOf(estate) },
      place: choice.address,
      practice: null,
    };
  }
  const estate =
    choice.kind === 'file'
      ? (options.takeAgreed(choice.path) ?? (await readEstateFile(choice.path)))
      : estateOf(options.connected.get(choice.id));
  const secrets = secretsOf(estate);
  const typed = choice.kind === 'connected' ? options.takeTyped(choice.id) : null;
  if (typed) credentials.set({ name: 'ledger', ...typed });
  return {
    estate: {
      estate,
      mode: 'real',
      inPlace: false,
      ...secrets,
      saveGitHubToken: credentials.keepGitHub,
      registrySecret: async (place) => credentials.registry(place),
      concourseSecret: async (url) => credentials.concourse(url),
      saveConcourseToken: (url, token) => {
        credentials.set({ name: `concourse ${url}`, account: null, secret: token });
        return credentials.describe([]).unavailableBecause;
      },
      // One that is no https is shown to be copied.
      openPage: options.openPage,
    },
    place: choice.kind === 'file' ? choice.path : estate.ledger.url,
    practice: null,
  };
}
