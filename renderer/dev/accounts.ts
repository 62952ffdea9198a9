import type { argoServerProcedures } from '../../shared/contract/argo-servers';
import type { ArgoAccount } from '../../shared/domain/estate/argo-account';
import type { ArgoSystem } from '../../shared/domain/estate/argo-servers';
import { FailureError } from '../../shared/domain/failure/failure';
import type { Answers } from './answers';

const account = (
  environment: string,
  system: ArgoSystem,
  session: ArgoAccount['session'],
  more: Partial<ArgoAccount> = {},
): ArgoAccount => ({
  environment,
  system,
  url: `https://${system === 'argo-cd' ? 'argocd' : 'argo-workflows'}.${environment}.example.org`,
  session,
  signingIn: null,
  trouble: null,
  allowedHosts: [],
  ...more,
});

const inHours = (hours: number): string => new Date(Date.now() + hours * 3_600_000).toISOString();

const all: readonly ArgoAccount[] = [
  account('integration', 'argo-cd', {
    state: 'signed-in',
    name: 'ada.marsh@example.org',
    by: 'window',
    expires: inHours(7),
    forThisRun: null,
  }),
  account('integration', 'argo-workflows', {
    state: 'signed-in',
    name: 'Ada Marsh',
    by: 'token',
    expires: null,
    forThisRun: 'No unlocked keychain, so credentials can’t be saved.',
  }),
  account(
    'staging',
    'argo-cd',
    { state: 'signed-out' },
    {
      trouble: {
        code: 'unauthorised',
        message: 'The certificate of argocd.staging.example.org is not valid.',
        meaning: 'It is for another name. Nothing was sent, and you are not signed in.',
        next: [{ do: 'advice', label: 'Ask the people who run the server.' }],
      },
    },
  ),
  account(
    'production',
    'argo-cd',
    { state: 'signed-out' },
    { signingIn: { host: 'github.com' }, allowedHosts: ['github.com'] },
  ),
];

const found = ({ environment, system }: { environment: string; system: ArgoSystem }): ArgoAccount => {
  const one = all.find((each) => each.environment === environment && each.system === system);
  if (one) return one;
  throw new FailureError({ code: 'not-configured', message: 'No such server.', meaning: '', next: [] });
};

/** Accounts at Argo's servers, in every state that there is. */
export const devAccounts: Answers<typeof argoServerProcedures> = {
  'argo-servers.list': () => [...all],
  'argo-servers.offers': ({ system }) => ({
    password: system === 'argo-cd',
    page: true,
    commandLine: system === 'argo-cd' ? '/home/ada/.config/argocd/config' : null,
  }),
  'argo-servers.open-window': () => ({}),
  'argo-servers.close-window': () => ({}),
  'argo-servers.sign-in': found,
  'argo-servers.sign-out': found,
  'argo-servers.test': () => ({
    ok: true,
    text: 'Signed in as Ada Marsh. In all projects you can see Applications, sync, change them.',
  }),
  'argo-servers.forget-host': found,
};
