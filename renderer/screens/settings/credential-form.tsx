import { Button, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Credential } from '../../../shared/contract/session';
import { useSetCredential, useTestCredential } from '../../data/queries';
import { LackingRights } from '../../ui/account/lacking-rights';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { TimedText } from '../../ui/time/timed-text';
import { ConcourseSignInPanel } from './concourse-sign-in-panel';
import { GitHubSignInPanel } from './github-sign-in-panel';
import classes from './settings-screen.module.css';

const uses: Readonly<Record<string, string>> = {
  ledger: 'Release repo',
  github: 'GitHub',
};
const hints: Readonly<Record<string, string>> = {
  ledger:
    'Reads and pushes the release repo over https. With a token, any user name works. If empty, GitHub’s is used where the repo is at that GitHub.',
  github: "Reads the apps' repos and merges. If empty, the release repo's credential is used.",
};
const registryHint = 'Checks that images exist. If empty, Signalbox uses the registry without signing in.';
const concourseHint =
  'Reads and runs its pipelines. With a user name, a local or LDAP password; without one, a token as its sign-in page shows it. A token lasts a day.';
const states = {
  kept: 'saved in the keychain',
  held: 'signed in until Signalbox ends',
  missing: 'none saved',
  'not-needed': 'not needed',
} as const;

/** One credential: entered, tested, forgotten; what was entered never comes back into the window. */
export function CredentialForm({ credential }: { credential: Credential }) {
  const { name } = credential;
  const [account, setAccount] = useState(credential.account ?? '');
  const [secret, setSecret] = useState('');
  const save = useSetCredential();
  const test = useTestCredential();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    save.mutate({ name, account: account.trim() || null, secret }, { onSuccess: () => setSecret('') });
  };
  const isConcourse = name.startsWith('concourse ');
  const host = name.replace(/^(registry|concourse) https?:\/\//, '');
  const use = uses[name] ?? `${isConcourse ? 'Concourse' : 'Registry'} ${host}`;
  const said = test.data?.text ?? `${use}: ${states[credential.state]}.`;
  return (
    <form className={classes.credential} onSubmit={submit} aria-label={`${use} credential`}>
      <div className={classes.form}>
        <TextInput
          size="sm"
          label={`${use}: user name`}
          autoComplete="off"
          value={account}
          onChange={(event) => setAccount(event.currentTarget.value)}
        />
        <PasswordInput
          size="sm"
          label={`${use}: password or token`}
          autoComplete="off"
          placeholder={credential.state === 'kept' ? 'saved; type to replace' : ''}
          visibilityToggleButtonProps={{ 'aria-label': 'Show password' }}
          value={secret}
          onChange={(event) => setSecret(event.currentTarget.value)}
        />
        <Button
          type="submit"
          size="sm"
          variant="default"
          loading={save.isPending}
          disabled={secret.trim() === ''}
        >
          Save
        </Button>
        <p className={classes.quiet}>{hints[name] ?? (isConcourse ? concourseHint : registryHint)}</p>
      </div>
      <div className={classes.choices}>
        <Button size="xs" variant="default" loading={test.isPending} onClick={() => test.mutate(name)}>
          Test {use}
        </Button>
        <Button
          size="xs"
          variant="default"
          disabled={credential.state !== 'kept' && credential.state !== 'held'}
          onClick={() => save.mutate({ name, account: null, secret: null })}
        >
          Forget {use}
        </Button>
        <p role="status" className={classes.quiet}>
          <TimedText text={said} />
        </p>
      </div>
      {test.data && <LackingRights lacks={test.data.lacks} />}
      {name === 'github' && <GitHubSignInPanel />}
      {isConcourse && <ConcourseSignInPanel url={name.slice('concourse '.length)} host={host} />}
      {(save.error ?? test.error) && (
        <FailurePanel
          failure={(save.error ?? test.error)?.failure as NonNullable<typeof save.error>['failure']}
        />
      )}
    </form>
  );
}
