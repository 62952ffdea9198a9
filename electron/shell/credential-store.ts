import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { OutputOf, ParsedInputOf } from '../../shared/contract/contract';
import type { Estate } from '../../shared/domain/estate/estate';
import { leadsToLoopback } from '../../shared/domain/estate/loopback';
import { type RegistryPlace, registryPlaces } from '../../shared/domain/estate/registry-place';
import type { Credentials } from '../ledger/ledger';
import type { GitHubToken } from '../systems/github/device-flow';
import type { Vault } from './vault';

type Named = ParsedInputOf<'credentials.test'>['name'];

/** The estate's secrets as the vault keeps them: the ledger's user and password or token, GitHub's token, and the registries'. */
export interface CredentialStore {
  /**
   * Says which estate is open: secrets are kept for its origins (scheme, host and port), so that a file which names other
   * ones is not sent what was entered for these. Before, there are none.
   */
  bindTo(estate: Addresses): void;
  /** What may be told of them. `needed`: which ones this estate takes from the vault at all. */
  describe(needed: readonly Named[]): OutputOf<'credentials.get'>;
  /** Where this system keeps no secrets safely, it is held until Signalbox ends. @throws FailureError */
  set(change: ParsedInputOf<'credentials.set'>): void;
  ledger(): Credentials | null;
  /** GitHub's own token, or the ledger's where there is none: on GitHub one token does for both. */
  github(): string | null;
  /** Keeps what a sign-in gave. @returns why it is kept for this run only; `null`: the system keeps it. */
  keepGitHub(token: GitHubToken): string | null;
  /** What gets the next token of a sign-in, and when the one of now ends; `null`: it stays, or nothing gets another. */
  gitHubRenewal(): { token: string; expires: number } | null;
  /** GitHub no longer takes the renewal. */
  dropGitHubRenewal(): void;
  /** What is kept for a registry of the estate. */
  registry(place: RegistryPlace): Credentials | null;
  /** What is kept for a Concourse of the estate: a user and password, or a token without a user. */
  concourse(url: string): { account: string | null; secret: string } | null;
}

type Addresses = Pick<Estate, 'ledger' | 'sources' | 'registry'> & { pipelines?: Estate['pipelines'] };

/** A name without dots (the store takes those for a path). */
const digest = (lines: readonly string[]): string =>
  createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16);

/** Scheme, host and port; by hand, since `URL.origin` is `null` for `ssh:`. */
const originOf = ({ protocol, host }: URL): string => `${protocol}//${host}`;
const urlsOf = (addresses: readonly (string | undefined)[]): URL[] =>
  addresses.flatMap((url) => (url !== undefined && URL.canParse(url) ? [new URL(url)] : []));
const distinct = (texts: readonly string[]): string[] => [...new Set(texts)].sort();

/** Where an estate has secrets sent: the origin of its release repo, and those of its APIs. */
function placeOf({ ledger, sources }: Addresses): string {
  const apis = urlsOf([ledger.github?.apiUrl, sources?.github?.apiUrl]).map(originOf);
  return digest([`ledger ${urlsOf([ledger.url]).map(originOf).join()}`, ...distinct(apis)]);
}

/**
 * Where versions before December 2026 kept the secrets of these addresses: by hosts, whatever their schemes. `null` where
 * what was kept for https could be sent over http: to another machine, or by a port that both schemes may stand for.
 */
function formerPlaceOf({ ledger, sources }: Addresses): string | null {
  const urls = urlsOf([ledger.url, ledger.github?.apiUrl, sources?.github?.apiUrl]);
  const isSame = ({ protocol, port, href }: URL) =>
    protocol !== 'http:' || (port !== '' && leadsToLoopback(href));
  return urls.every(isSame) ? digest(distinct(urls.map(({ host }) => host))) : null;
}

/** GitHub takes any user name beside a token; this is the one that its documentation names. */
const tokenUser = 'x-access-token';

const registryPrefix = 'registry ';
const concoursePrefix = 'concourse ';

/** Where secrets of Concourses are kept, by the name that they have over the border: for its origin alone. */
const concourseKeys = ({ pipelines = [] }: Addresses): ReadonlyMap<string, string> =>
  new Map(
    pipelines.flatMap((one): [string, string][] =>
      one.kind === 'concourse'
        ? [[`${concoursePrefix}${one.url}`, digest([`concourse ${new URL(one.url).origin}`])]]
        : [],
    ),
  );

/**
 * Where secrets of registries are kept, by the name that they have over the border: for the registry's origin together
 * with the places that it may send for tokens, since they go there too.
 */
function registryKeys({ registry }: Addresses): ReadonlyMap<string, string> {
  const places = registryPlaces(registry);
  return new Map(
    places.map(({ url }) => {
      const services = places.filter((one) => one.url === url).map(({ tokenService }) => tokenService ?? url);
      return [`${registryPrefix}${url}`, digest([`registry ${url}`, ...distinct(services)])];
    }),
  );
}

/** The user beside a password of Amazon ECR's (docs.aws.amazon.com, "Private registry authentication"). */
const ecr = /\.dkr[.-]ecr\./;

/** As it lies in the vault. What is not as this version writes it counts as not there. */
const renewalSchema = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      // What another version wrote: it counts as not there.
      context.addIssue('no JSON');
      return z.NEVER;
    }
  })
  .pipe(z.object({ token: z.string(), expires: z.number() }));

export function credentialStore(vault: Vault): CredentialStore {
  const names: readonly Named[] = ['ledger', 'github'];
  /** What a sign-in gave on a system that keeps no secrets, and for which addresses. */
  let held: { place: string; token: GitHubToken } | null = null;
  const heldHere = (): GitHubToken | null => (held !== null && held.place === place ? held.token : null);
  const keyOf = (name: Named): string =>
    isServer(name) ? `${kindOf(name)}@${servers.get(name)}` : `${name}@${place}`;
  const stateOf = (name: Named): 'kept' | 'held' | 'missing' => {
    if (name === 'github' && heldHere() !== null) return 'held';
    if (secretOf(name) === null) return 'missing';
    return vault.isHeld(keyOf(name)) ? 'held' : 'kept';
  };
  let place: string | null = null;
  let former: string | null = null;
  /** Keys of what belongs to a server of its own, a registry or a Concourse, by name. */
  let servers: ReadonlyMap<string, string> = new Map();
  const isServer = (name: Named): boolean =>
    name.startsWith(registryPrefix) || name.startsWith(concoursePrefix);
  const kindOf = (name: Named): 'registry' | 'concourse' =>
    name.startsWith(registryPrefix) ? 'registry' : 'concourse';
  const kept = (name: string): string | null =>
    (place === null ? null : vault.get(`${name}@${place}`)) ??
    (former === null ? null : vault.get(`${name}@${former}`));
  const ofServer = (name: Named, what: '' | '-account'): string | null => {
    const key = servers.get(name);
    return key === undefined ? null : vault.get(`${kindOf(name)}${what}@${key}`);
  };
  const secretOf = (name: Named): string | null => (isServer(name) ? ofServer(name, '') : kept(name));
  const accountOf = (name: Named): string | null =>
    isServer(name) ? ofServer(name, '-account') : kept(`${name}-account`);
  const put = (name: Named, secret: string | null, account: string | null): void => {
    if (isServer(name)) {
      const key = servers.get(name);
      if (key === undefined) throw new Error('The estate file does not have this server.');
      vault.set(`${kindOf(name)}@${key}`, secret);
      vault.set(`${kindOf(name)}-account@${key}`, account);
      return;
    }
    vault.set(`${name}@${place}`, secret);
    vault.set(`${name}-account@${place}`, account);
    if (former === null) return;
    vault.set(`${name}@${former}`, null);
    vault.set(`${name}-account@${former}`, null);
  };
  return {
    bindTo: (estate) => {
      place = placeOf(estate);
      former = formerPlaceOf(estate);
      servers = new Map([...registryKeys(estate), ...concourseKeys(estate)]);
      try {
        for (const name of names)
          if (former !== null && vault.get(`${name}@${former}`) !== null)
            put(name, secretOf(name), accountOf(name));
        former = null;
      } catch {
        // A vault that takes nothing now is read as it is.
      }
    },
    describe: (needed) => ({
      unavailableBecause: vault.unavailableBecause(),
      credentials: [...names, ...needed.filter((name) => !names.includes(name))].map((name) => ({
        name,
        state: needed.includes(name) ? stateOf(name) : 'not-needed',
        account: needed.includes(name) ? accountOf(name) : null,
      })),
    }),
    set: ({ name, account, secret }) => {
      if (place === null) throw new Error('No estate is open, so no secret can be saved.');
      if (name === 'github') {
        held = null;
        vault.set(`github-renewal@${place}`, null);
      }
      put(name, secret, secret === null ? null : account || null);
    },
    ledger: () => {
      const password = secretOf('ledger');
      return password === null ? null : { username: accountOf('ledger') ?? tokenUser, password };
    },
    github: () => heldHere()?.token ?? secretOf('github') ?? secretOf('ledger'),
    keepGitHub: (token) => {
      if (place === null) throw new Error('No estate is open, so no secret can be saved.');
      // Whatever the keychain does: the token before it may have ended with it.
      held = { place, token };
      const because = vault.unavailableBecause();
      if (because !== null) return because;
      const { renewal, expires } = token;
      try {
        put('github', token.token, null);
        vault.set(
          `github-renewal@${place}`,
          renewal && expires !== null ? JSON.stringify({ token: renewal.token, expires }) : null,
        );
      } catch (error) {
        return error instanceof Error ? error.message : 'The keychain did not take it.';
      }
      held = null;
      return null;
    },
    gitHubRenewal: () => {
      const token = heldHere();
      if (token)
        return token.renewal && token.expires !== null
          ? { token: token.renewal.token, expires: token.expires }
          : null;
      const text = place === null ? null : vault.get(`github-renewal@${place}`);
      const parsed = renewalSchema.safeParse(text);
      return parsed.success ? parsed.data : null;
    },
    dropGitHubRenewal: () => {
      if (held) held = { ...held, token: { ...held.token, renewal: null } };
      else if (place !== null) vault.set(`github-renewal@${place}`, null);
    },
    registry: ({ url }) => {
      const password = secretOf(`${registryPrefix}${url}`);
      if (password === null) return null;
      const usual = ecr.test(url) ? 'AWS' : tokenUser;
      return { username: accountOf(`${registryPrefix}${url}`) ?? usual, password };
    },
    concourse: (url) => {
      const secret = secretOf(`${concoursePrefix}${url}`);
      return secret === null ? null : { account: accountOf(`${concoursePrefix}${url}`), secret };
    },
  };
}
