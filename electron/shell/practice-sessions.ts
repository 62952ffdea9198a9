import type { PracticeLogin } from '../../shared/domain/practice/login';
import { inBackground, type Log } from '../log/log';
import type { ServerAccounts } from '../session/accounts/server-accounts';
import { allEnvironments } from '../systems/practice/environments';
import type { PracticeControl } from './practice-actions';

/**
 * Signs the person in to every Argo server of the practice estate, so that a rehearsal does not begin with as many logins:
 * the sessions are the same that its login pages give. Signing out is for rehearsing that. Where it is rehearsed to have
 * no more than pods, or no kubeconfig, nobody is signed in.
 */
export function bringPracticeSessions(
  accounts: ServerAccounts,
  { control, login }: { control: PracticeControl; login: PracticeLogin | null },
  log: Log,
): void {
  if (login === 'argo-servers') return;
  const brought = control.status().then(({ rights }) => {
    if (rights.profile !== 'govuk-pods-only') bringAll(accounts, control, log);
  });
  inBackground(log, 'practice.rights-not-asked', brought);
}

function bringAll(accounts: ServerAccounts, control: PracticeControl, log: Log): void {
  for (const { environment, system } of accounts.list()) {
    const name = allEnvironments.find((one) => one === environment);
    if (!name) continue;
    const brought = control
      .signInToArgo({ environment: name, system })
      .then(({ authorization, expiresMs }) =>
        accounts
          .account(environment, system)
          .bring({ authorization, name: 'Practice Release Manager', by: 'practice', expires: expiresMs }),
      );
    inBackground(log, 'practice.session-not-brought', brought, { environment, system });
  }
}
