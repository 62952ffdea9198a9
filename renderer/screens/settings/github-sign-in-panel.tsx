import { Button } from '@mantine/core';
import type { GitHubSignIn } from '../../../shared/contract/github-sign-in';
import { utcText } from '../../../shared/domain/text/utc-text';
import { ask } from '../../data/call';
import { useChangeGitHubSignIn, useGitHubSignIn } from '../../data/github-sign-in-queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { CopyButton } from '../../ui/text/copy-button';
import { TimedText } from '../../ui/time/timed-text';
import classes from './settings-screen.module.css';

/** Signing in to GitHub by a code that is typed there, in the place of a token. */
export function GitHubSignInPanel() {
  const { data } = useGitHubSignIn();
  const change = useChangeGitHubSignIn();
  if (!data) return null;
  if (data.notOffered !== null)
    return <p className={`${classes.signIn} ${classes.quiet}`}>{data.notOffered}</p>;
  const { now, host, scopes } = data;
  const waits = now.state === 'waiting';
  return (
    <section className={classes.signIn} aria-label="Sign in to GitHub">
      {!waits && (
        <div className={classes.choices}>
          <Button
            size="xs"
            variant="default"
            loading={change.isPending || now.state === 'asking'}
            onClick={() => change.mutate('start')}
          >
            Sign in at {host}
          </Button>
          <p className={classes.quiet}>
            Or sign in with a code. Signalbox asks for the scopes {scopes.join(', ')}. A GitHub App has its
            own permissions instead.
          </p>
        </div>
      )}
      {waits && <Code now={now} host={host} onCancel={() => change.mutate('cancel')} />}
      {now.state === 'signed-in' && (
        <p role="status">
          <TimedText text={now.text} />
        </p>
      )}
      {now.state === 'failed' && <FailurePanel failure={now.failure} />}
      {change.error && <FailurePanel failure={change.error.failure} />}
    </section>
  );
}

type Waiting = Extract<GitHubSignIn['now'], { state: 'waiting' }>;

function Code({ now, host, onCancel }: { now: Waiting; host: string; onCancel: () => void }) {
  const { userCode, page, expires } = now;
  // Only https is opened; a GitHub of this machine is not.
  const opens = page.startsWith('https:');
  return (
    <>
      <div className={classes.address}>
        <p role="status">Enter this code at {page.replace(/^https:\/\//, '')}</p>
        {!opens && <CopyButton text={page} label="Copy the address" />}
      </div>
      <p className={classes.quiet}>Enter it only if you started this sign-in yourself.</p>
      <div className={classes.choices}>
        <strong className={classes.code}>{userCode}</strong>
        <CopyButton text={userCode} label="Copy the code" />
        {opens && (
          <Button size="xs" onClick={() => void ask('shell.open-external', { url: page })}>
            Open {host}/login/device
          </Button>
        )}
        <Button size="xs" variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <p className={classes.quiet}>
          Waiting for you. The code expires <TimedText text={utcText(expires)} />.
        </p>
      </div>
    </>
  );
}
