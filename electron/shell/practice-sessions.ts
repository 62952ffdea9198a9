import { inBackground, type Log } from '../log/log';
import type { ServerAccounts } from '../session/accounts/server-accounts';
import { allEnvironments } from '../systems/practice/environments';
import type { PracticeControl } from './practice-actions';

/**
 * Signs the person in to every Argo server of the practice estate, so that a rehearsal does not begin with as many logins:
 * the sessions are the same that its login pages give. Signing out is for rehearsing that.
 */
export function bringPracticeSessions(accounts: ServerAccounts, control: PracticeControl, log: Log): void {
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
