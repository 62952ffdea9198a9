import { Button, PasswordInput, SegmentedControl, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { Look } from '../../../shared/contract/connect';
import type { InputOf } from '../../../shared/contract/contract';
import { useLook, useTrustHost } from '../../data/connect-queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import classes from './connect-screen.module.css';

type SignIn = InputOf<'connect.look'>['signIn'];

/** Where the release repo is, and how one signs in to it; looked into before anything else is asked. */
export function RepoForm({
  onFound,
}: {
  onFound: (url: string, look: Extract<Look, { outcome: 'found' }>) => void;
}) {
  const [url, setUrl] = useState('');
  const [branch, setBranch] = useState('');
  const [tags, setTags] = useState('');
  const [by, setBy] = useState<SignIn['by']>('token');
  const [account, setAccount] = useState('');
  const [secret, setSecret] = useState('');
  const look = useLook();
  const trust = useTrustHost();
  const isWeb = /^https?:/i.test(url.trim());
  const said = look.data;
  const send = (): void => {
    const signIn: SignIn = !isWeb
      ? { by: 'nothing' }
      : by === 'token'
        ? secret.trim() === ''
          ? { by: 'nothing' }
          : { by, account: account.trim() || null, secret }
        : { by };
    const wish = {
      url: url.trim(),
      branch: branch.trim() || null,
      imageTagPath: tags.trim() || null,
      signIn,
    };
    look.mutate(wish, {
      onSuccess: (answer) => {
        if (answer.outcome === 'found') onFound(wish.url, answer);
      },
    });
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    send();
  };
  return (
    <form className={classes.form} onSubmit={submit} aria-label="Release repo">
      <TextInput
        label="Address"
        description="As you clone it: https://…, git@host:owner/repo.git, or a folder on this computer."
        placeholder="https://github.com/owner/repo.git"
        autoComplete="off"
        data-autofocus
        value={url}
        onChange={(event) => setUrl(event.currentTarget.value)}
      />
      {isWeb && (
        <fieldset className={classes.signIn}>
          <legend>Sign in</legend>
          <SegmentedControl
            aria-label="Sign in with"
            value={by}
            onChange={(value) => setBy(value as SignIn['by'])}
            data={[
              { value: 'token', label: 'Token' },
              { value: 'git', label: 'As Git on this computer' },
              { value: 'nothing', label: 'Not needed' },
            ]}
          />
          {by === 'token' && (
            <div className={classes.pair}>
              <TextInput
                label="User name (optional)"
                autoComplete="off"
                value={account}
                onChange={(event) => setAccount(event.currentTarget.value)}
              />
              <PasswordInput
                label="Token or password"
                autoComplete="off"
                visibilityToggleButtonProps={{ 'aria-label': 'Show password' }}
                value={secret}
                onChange={(event) => setSecret(event.currentTarget.value)}
              />
            </div>
          )}
          <p className={classes.quiet}>
            {by === 'git'
              ? 'Signalbox asks your Git once (git credential fill) and saves what it gives in your keychain.'
              : 'Saved in your system’s keychain. It goes to this server alone.'}
          </p>
        </fieldset>
      )}
      {!isWeb && url.trim() !== '' && (
        <p className={classes.quiet}>Over SSH your agent or key is used, as in your terminal.</p>
      )}
      <details className={classes.more} open={said?.outcome === 'no-layout' || undefined}>
        <summary>Branch and layout</summary>
        <div className={classes.pair}>
          <TextInput
            label="Branch"
            placeholder="the repo’s own"
            value={branch}
            onChange={(event) => setBranch(event.currentTarget.value)}
          />
          <TextInput
            label="Image-tag files"
            placeholder="charts/app-config/image-tags/{environment}/{app}"
            value={tags}
            onChange={(event) => setTags(event.currentTarget.value)}
          />
        </div>
      </details>
      {said?.outcome === 'host-key' && (
        <fieldset className={classes.question} aria-label="Confirm the SSH server">
          <p>
            <strong>Is this the right server?</strong> This computer has not talked to {said.host} before.
            Compare the fingerprint with what its owner publishes.
          </p>
          {said.keys.map(({ type, fingerprint }) => (
            <div key={fingerprint} className={classes.key}>
              <code>
                {type} {fingerprint}
              </code>
              <Button
                size="xs"
                loading={trust.isPending}
                onClick={() => trust.mutate(fingerprint, { onSuccess: send })}
              >
                It is the right server
              </Button>
            </div>
          ))}
        </fieldset>
      )}
      {said?.outcome === 'no-layout' && (
        <p role="alert" className={classes.question}>
          Connected, but nothing was found on branch {said.branch}: there is no signalbox.yaml, and no files
          at <code>{said.imageTagPath}</code>. Say above where image-tag files lie, or choose another branch.
        </p>
      )}
      {(look.error ?? trust.error) && (
        <FailurePanel
          failure={(look.error ?? trust.error)?.failure as NonNullable<typeof look.error>['failure']}
        />
      )}
      <div className={classes.actions}>
        <Button type="submit" loading={look.isPending} disabled={url.trim() === ''}>
          Look into the repo
        </Button>
        <p className={classes.quiet}>Reads only. Nothing is changed.</p>
      </div>
    </form>
  );
}
