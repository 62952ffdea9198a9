import type { OutputOf, ParsedInputOf } from '../../shared/contract/contract';
import type { Settings, sessionProcedures } from '../../shared/contract/session';
import { hasProduction } from '../../shared/domain/estate/has-production';
import { registryPlaces } from '../../shared/domain/estate/registry-place';
import { FailureError } from '../../shared/domain/failure/failure';
import { ledgerFreshness } from '../engine/board-keeper';
import type { Handlers, HandlersOf } from '../ipc/dispatcher';
import { testGitHub, testLedger } from './connection-tests';
import type { OwnFiles } from './diagnostics';
import type { Session } from './open-session';

type CredentialName = ParsedInputOf<'credentials.test'>['name'];

/** What the window's shell does for the handlers. */
export interface ShellServices {
  app: OutputOf<'session.get'>['app'];
  own: OwnFiles;
  settings: { get(): Settings };
  /** Opens a draft in the person's mail program, by an address of `mailto:`. */
  openMail: (url: string) => boolean;
  /** Asks the person where to save; `null`: nowhere. `name` is without folder and extension. */
  chooseSaveFile: (name: string, format: 'txt') => Promise<string | null>;
  credentials: {
    describe(needed: readonly CredentialName[]): OutputOf<'credentials.get'>;
    set(change: ParsedInputOf<'credentials.set'>): void;
  };
  /** `null`: this is no practice estate. */
  practice: ((action: Parameters<Handlers['practice.action']>[0]) => Promise<string>) | null;
}

export const refused = (message: string): FailureError => {
  return new FailureError({ code: 'refused', message, meaning: 'Nothing was done.', next: [] });
};

/** Milliseconds that the test of a registry's sign-in may take, which is up to three requests. */
const registryLimit = 60_000;

/** Uses a credential once. A refusal is an answer here, not a failure of the call. */
async function testCredential(session: Session, name: CredentialName): Promise<OutputOf<'credentials.test'>> {
  if (name === 'ledger') return testLedger(session);
  if (name.startsWith('registry ')) {
    const place = registryPlaces(session.estate.registry).find(({ url }) => name === `registry ${url}`);
    if (!session.images || !place)
      return { ok: false, text: 'The estate file does not have this registry.', lacks: [] };
    return { ...(await session.images.test(place, AbortSignal.timeout(registryLimit))), lacks: [] };
  }
  if (name.startsWith('concourse '))
    return { ...(await session.concourses.test(name.slice('concourse '.length))), lacks: [] };
  return testGitHub(session);
}

/** Handlers of what the window shows, and of its credentials. */
export function sessionHandlers(
  session: Session,
  shell: ShellServices,
): HandlersOf<typeof sessionProcedures> {
  const { ledger, estate } = session;
  return {
    'session.get': () => ({
      estate: estate.name,
      mode: session.mode,
      readOnlyBecause: ledger.readOnlyBecause,
      actor: shell.settings.get().identity.name,
      production: hasProduction(estate),
      app: shell.app,
      notices: session.notices(),
      ledger: {
        url: estate.ledger.url,
        branch: estate.ledger.branch,
        landing: estate.ledger.landing,
        freshness: ledgerFreshness(ledger),
      },
    }),
    'credentials.get': () => shell.credentials.describe(session.neededCredentials),
    'credentials.set': (change) => {
      shell.credentials.set(change);
      // What was refused with the old credential is asked again at once. It never rejects, and what comes of it is told
      // as the ledger's freshness.
      void ledger.refresh();
      session.concourses.look();
      return shell.credentials.describe(session.neededCredentials);
    },
    'credentials.test': ({ name }) => testCredential(session, name),
  };
}
