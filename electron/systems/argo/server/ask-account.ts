import { z } from 'zod';
import type { SignInOffers } from '../../../../shared/domain/estate/argo-account';
import { type Failure, fail, ok, type Result } from '../../../../shared/domain/failure/failure';
import { failureOf } from '../../../../shared/domain/failure/failure-of';
import { KubeError } from '../../kubernetes/failures';
import type { Connection } from '../../kubernetes/types';
import { connectServer } from './server-connection';
import type { ServerCredential, ServerPlace } from './server-session';
import { authorizationOf } from './session-value';

/** Who one is at a server, as it says. Texts are bounded, and hostile otherwise. */
export interface Who {
  name: string;
  groups: readonly string[];
  /** The Kubernetes service account that Argo Workflows acts as. */
  serviceAccount: string | null;
}

/** Milliseconds that a question may take: somebody waits for it. */
const patience = 15_000;

const word = z.string().max(500).catch('');
const groups = z.array(z.string().max(300)).max(2000).catch([]);
/** argo-cd, server/session/session.proto, `GetUserInfoResponse`. */
const argoCdWho = z.object({ loggedIn: z.boolean().catch(false), username: word, groups });
/** argo-workflows, pkg/apiclient/info/info.proto, `GetUserInfoResponse`. */
const workflowsWho = z.object({
  name: word,
  email: word,
  subject: word,
  serviceAccountName: word,
  groups,
});
/** argo-cd, server/settings/settings.proto, `Settings`: what is missing is as protobuf leaves out what is empty. */
const settingsSchema = z.object({
  userLoginsDisabled: z.boolean().catch(false),
  dexConfig: z
    .object({ connectors: z.array(z.unknown()).catch([]) })
    .nullish()
    .catch(null),
  oidcConfig: z.object({}).nullish().catch(null),
});
const tokenSchema = z.object({ token: z.string().max(300_000) });
const canISchema = z.object({ value: z.string().max(20).catch('') });

/** Asks a server as whoever has the credential; nothing that it answers ends a session. */
async function asking<T>(
  place: ServerPlace,
  credential: ServerCredential,
  ask: (connection: Connection) => Promise<T>,
): Promise<T> {
  const never = new AbortController().signal;
  const session = { credential: () => credential, ended: () => undefined, woken: () => never };
  const connection = connectServer({ place, session, requestTimeout: patience });
  try {
    return await ask(connection);
  } finally {
    connection.close();
  }
}

/**
 * Who one is with a credential. A credential that the server does not take is the failure `unauthorised`; an account to
 * which it gives no role is `forbidden`.
 */
export async function whoIs(place: ServerPlace, credential: ServerCredential): Promise<Result<Who>> {
  const path = place.system === 'argo-cd' ? '/api/v1/session/userinfo' : '/api/v1/userinfo';
  try {
    const said = await asking(place, credential, (connection) => connection.json({ path }));
    if (place.system === 'argo-workflows') {
      const { name, email, subject, serviceAccountName, groups } = workflowsWho.parse(said);
      return ok({
        name: name || email || subject || serviceAccountName || 'an account without a name',
        groups,
        serviceAccount: serviceAccountName || null,
      });
    }
    const { loggedIn, username, groups } = argoCdWho.parse(said);
    if (!loggedIn) return fail(notTaken);
    return ok({ name: username || 'an account without a name', groups, serviceAccount: null });
  } catch (error) {
    if (error instanceof z.ZodError) return fail(noArgo(place));
    if (error instanceof KubeError && error.failure.status === 401 && error.failure.reason === null)
      return fail({ ...notTaken, ...(error.failure.detail ? { detail: error.failure.detail } : {}) });
    return fail(failureOf(error));
  }
}

const notTaken: Failure = {
  code: 'unauthorised',
  message: 'The server did not accept this session.',
  meaning: 'It has expired, was revoked, or belongs to another server. You are not signed in.',
  next: [{ do: 'advice', label: 'Sign in another way.' }],
};

const noArgo = ({ url }: ServerPlace): Failure => ({
  code: 'bad-data',
  message: 'The answer is not from one of Argo’s servers.',
  meaning: 'You are not signed in.',
  next: [{ do: 'advice', label: `Check the address ${url} in the estate file.` }],
});

/** What Argo CD lets people sign in by. Its settings are for everybody (server/settings/settings.go, `AuthFuncOverride`). */
export async function offersOf(
  place: ServerPlace,
  cookie: string | null,
): Promise<Omit<SignInOffers, 'commandLine'>> {
  // Argo Workflows has neither accounts of its own nor a way to ask whether it has single sign-on.
  if (place.system === 'argo-workflows') return { password: false, page: null };
  try {
    const said = await asking(place, { authorization: '', cookie }, (connection) =>
      connection.json({ path: '/api/v1/settings' }),
    );
    const settings = settingsSchema.parse(said);
    const page = (settings.dexConfig?.connectors.length ?? 0) > 0 || Boolean(settings.oidcConfig);
    return { password: !settings.userLoginsDisabled, page };
  } catch {
    // A server that can't be asked, or not before a proxy's login: what it offers is not known.
    return { password: null, page: null };
  }
}

/** Signs in by an account that Argo CD has of its own (`POST /api/v1/session`). The password is kept nowhere. */
export async function logIn(
  place: ServerPlace,
  cookie: string | null,
  account: { username: string; password: string },
): Promise<Result<string>> {
  try {
    const said = await asking(place, { authorization: '', cookie }, (connection) =>
      connection.json({ method: 'POST', path: '/api/v1/session', body: account }),
    );
    const authorization = authorizationOf('argo-cd', tokenSchema.parse(said).token);
    return authorization === null ? fail(noArgo(place)) : ok(authorization);
  } catch (error) {
    if (error instanceof z.ZodError) return fail(noArgo(place));
    if (error instanceof KubeError && error.failure.status === 401 && error.failure.reason === null)
      return fail({
        code: 'unauthorised',
        message: 'Argo CD refused this user name and password.',
        meaning: 'You are not signed in.',
        next: [
          { do: 'advice', label: 'Check both. After several failures Argo CD waits before it tries again.' },
        ],
      });
    return fail(failureOf(error));
  }
}

/**
 * Who gives an account more rights, in a sentence: Argo CD's policy stands in a ConfigMap or in the roles of a project
 * (argo-cd, docs/operator-manual/rbac.md); Argo Workflows finds a service account by the rules that are written on them
 * (argo-workflows, docs/argo-server-sso.md, "SSO RBAC").
 */
export const grantersOf = ({ system }: ServerPlace): string =>
  system === 'argo-cd'
    ? 'Whoever administers Argo CD grants it (the ConfigMap argocd-rbac-cm, or the roles of a project).'
    : 'Whoever administers Argo Workflows grants it (a service account with a workflows.argoproj.io/rbac-rule that fits you).';

/** What Signalbox does at Argo CD, and how it is called in its RBAC (operator-manual/rbac). */
const argoCdActions = [
  ['get', 'see Applications'],
  ['sync', 'sync'],
  ['update', 'change them'],
] as const;

/**
 * What the account may do, in a sentence; asked of the server as far as it tells (`GET /api/v1/account/can-i/…`), for
 * Applications of every project: rights in single projects are not among it.
 * @throws FailureError
 */
export async function mayDo(place: ServerPlace, credential: ServerCredential, who: Who): Promise<string> {
  if (place.system === 'argo-workflows')
    return who.serviceAccount
      ? `Workflows are run with the rights of the service account ${who.serviceAccount}. Whoever manages its roles in the cluster grants more.`
      : 'Argo Workflows does not say what the account may do.';
  return asking(place, credential, async (connection) => {
    const answers = await Promise.all(
      argoCdActions.map(async ([action, words]) => {
        const said = await connection.json({ path: `/api/v1/account/can-i/applications/${action}/*/*` });
        return { words, may: canISchema.parse(said).value === 'yes' };
      }),
    );
    const list = (may: boolean): string =>
      answers
        .filter((answer) => answer.may === may)
        .map(({ words }) => words)
        .join(', ');
    const [can, cannot] = [list(true), list(false)];
    if (cannot === '') return `In all projects you can ${can}.`;
    return `${can === '' ? '' : `In all projects you can ${can}. `}Not in all projects: ${cannot}. ${grantersOf(place)}`;
  });
}
