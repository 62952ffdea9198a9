import { Button, Modal, PasswordInput, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { InputOf } from '../../../shared/contract/contract';
import type { ArgoAccount } from '../../../shared/domain/estate/argo-account';
import { hostOf } from '../../../shared/domain/estate/sign-in-hosts';
import { useSignIn, useSignInOffers } from '../../data/account-queries';
import { FailurePanel } from '../finding/failure-panel';
import { announce } from '../text/announcer';
import classes from './account.module.css';
import { accountName } from './account-words';

type By = InputOf<'argo-servers.sign-in'>['by'];

/** The ways to sign in besides the server's own page. What is entered goes to the main process and never comes back. */
export function SignInWays({
  account,
  opened,
  onClose,
}: {
  account: ArgoAccount;
  opened: boolean;
  onClose: () => void;
}) {
  return (
    <Modal opened={opened} onClose={onClose} title={`Sign in to ${accountName(account)}`} size="md" centered>
      <Ways account={account} onDone={onClose} />
    </Modal>
  );
}

function Ways({ account, onDone }: { account: ArgoAccount; onDone: () => void }) {
  const { environment, system } = account;
  const offers = useSignInOffers(account, true).data;
  const signIn = useSignIn();
  const send = (by: By) =>
    signIn.mutate(
      { environment, system, by },
      {
        onSuccess: () => {
          announce(`Signed in to ${accountName(account)}`);
          onDone();
        },
      },
    );
  return (
    <div className={classes.ways}>
      <p className={classes.quiet}>
        What you enter is sent to <strong>{hostOf(account.url)}</strong>, which the estate file names, and
        nowhere else.
      </p>
      {signIn.error && <FailurePanel failure={signIn.error.failure} />}
      <TokenForm account={account} busy={signIn.isPending} onSend={send} />
      {offers?.password !== false && system === 'argo-cd' && (
        <PasswordForm isKnown={offers?.password ?? null} busy={signIn.isPending} onSend={send} />
      )}
      {offers?.commandLine && (
        <section aria-labelledby="by-command-line">
          <h3 id="by-command-line">Session of the argocd command</h3>
          <p className={classes.quiet}>
            Reads {offers.commandLine} once and takes the session for this server. The file isn’t changed.
          </p>
          <Button
            variant="default"
            size="sm"
            loading={signIn.isPending}
            onClick={() => send({ way: 'command-line' })}
          >
            Use argocd’s session
          </Button>
        </section>
      )}
    </div>
  );
}

interface FormProps {
  busy: boolean;
  onSend: (by: By) => void;
}

function TokenForm({ account, busy, onSend }: FormProps & { account: ArgoAccount }) {
  const [token, setToken] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSend({ way: 'token', token });
    setToken('');
  };
  return (
    <form onSubmit={submit}>
      <PasswordInput
        size="sm"
        label="Token"
        description={
          account.system === 'argo-cd'
            ? 'From argocd account generate-token, or from whoever runs Argo CD.'
            : 'From argo auth token, or from whoever runs Argo Workflows.'
        }
        autoComplete="off"
        visibilityToggleButtonProps={{ 'aria-label': 'Show token' }}
        value={token}
        onChange={(event) => setToken(event.currentTarget.value)}
      />
      <Button type="submit" variant="default" size="sm" loading={busy} disabled={token.trim() === ''}>
        Sign in with the token
      </Button>
    </form>
  );
}

/** `isKnown`: whether the server has such accounts; `null`: it did not tell. */
function PasswordForm({ isKnown, busy, onSend }: FormProps & { isKnown: boolean | null }) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    onSend({ way: 'password', username, password });
    setPassword('');
  };
  return (
    <form onSubmit={submit}>
      <TextInput
        size="sm"
        label="User name"
        description={
          isKnown === null
            ? 'Of an account that Argo CD itself has. The server didn’t say whether it has any.'
            : 'Of an account that Argo CD itself has.'
        }
        autoComplete="off"
        value={username}
        onChange={(event) => setUsername(event.currentTarget.value)}
      />
      <PasswordInput
        size="sm"
        label="Password"
        description="Sent to the server once and not saved."
        autoComplete="off"
        visibilityToggleButtonProps={{ 'aria-label': 'Show password' }}
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      <Button
        type="submit"
        variant="default"
        size="sm"
        loading={busy}
        disabled={username.trim() === '' || password === ''}
      >
        Sign in with the password
      </Button>
    </form>
  );
}
