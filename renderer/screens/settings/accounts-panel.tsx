import { useAccounts } from '../../data/account-queries';
import { AccountRow } from '../../ui/account/account-row';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Panel } from '../../ui/layout/panel';

/** The person's accounts at Argo's own servers, environment by environment. */
export function AccountsPanel() {
  const accounts = useAccounts();
  if (accounts.error)
    return (
      <Panel title="Argo accounts">
        <FailurePanel failure={accounts.error.failure} onRetry={() => void accounts.refetch()} />
      </Panel>
    );
  if (!accounts.data || accounts.data.length === 0) return null;
  return (
    <Panel title="Argo accounts">
      {accounts.data.map((account) => (
        <AccountRow key={`${account.system} ${account.environment}`} account={account} />
      ))}
    </Panel>
  );
}
