import type { argoServerProcedures } from '../../../shared/contract/argo-servers';
import type { Handlers } from '../../ipc/dispatcher';
import type { ServerAccounts } from './server-accounts';

/** Handlers of the person's accounts at Argo's own servers. */
export function accountHandlers(accounts: ServerAccounts): Pick<Handlers, keyof typeof argoServerProcedures> {
  const at = ({ environment, system }: { environment: string; system: 'argo-cd' | 'argo-workflows' }) =>
    accounts.account(environment, system);
  return {
    'argo-servers.list': () => accounts.list(),
    'argo-servers.offers': (place) => at(place).offers(),
    'argo-servers.open-window': (place) => {
      at(place).openWindow();
      return {};
    },
    'argo-servers.close-window': (place) => {
      at(place).closeWindow();
      return {};
    },
    'argo-servers.sign-in': async ({ by, ...place }) => {
      await at(place).signIn(by);
      return at(place).view();
    },
    'argo-servers.sign-out': async (place) => {
      await at(place).signOut();
      return at(place).view();
    },
    'argo-servers.test': (place) => at(place).test(),
    'argo-servers.forget-host': ({ host, ...place }) => {
      at(place).forgetHost(host);
      return at(place).view();
    },
  };
}
