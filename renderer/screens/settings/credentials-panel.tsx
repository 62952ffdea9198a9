import { useCredentials } from '../../data/queries';
import { Panel } from '../../ui/layout/panel';
import { CredentialForm } from './credential-form';
import classes from './settings-screen.module.css';

/** The credentials that the open estate takes from the keychain. */
export function CredentialsPanel() {
  const { data } = useCredentials();
  const needed = data?.credentials.filter(({ state }) => state !== 'not-needed') ?? [];
  if (!data || needed.length === 0) return null;
  return (
    <Panel title="Credentials">
      {data.unavailableBecause !== null && <p className={classes.notice}>{data.unavailableBecause}</p>}
      {needed.map((credential) => (
        <CredentialForm key={credential.name} credential={credential} />
      ))}
    </Panel>
  );
}
