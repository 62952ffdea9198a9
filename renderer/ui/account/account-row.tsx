import { Button } from '@mantine/core';
import {
  type Icon,
  IconCircleCheck,
  IconCircleDashed,
  IconClockExclamation,
  IconLoader2,
} from '@tabler/icons-react';
import { useState } from 'react';
import type { ArgoAccount } from '../../../shared/domain/estate/argo-account';
import {
  useCloseSignIn,
  useForgetHost,
  useOpenSignIn,
  useSignOut,
  useTestAccount,
} from '../../data/account-queries';
import { FailurePanel } from '../finding/failure-panel';
import { Mark, type Tone } from '../layout/mark';
import { useNow } from '../time/use-now';
import classes from './account.module.css';
import { accountName, sessionText, sessionWord } from './account-words';
import { SignInWays } from './sign-in-ways';

const look: Record<ArgoAccount['session']['state'], { icon: Icon; tone: Tone }> = {
  'signed-in': { icon: IconCircleCheck, tone: 'ok' },
  'signed-out': { icon: IconCircleDashed, tone: 'quiet' },
  ended: { icon: IconClockExclamation, tone: 'warn' },
};

/** The person's account at one server: how they stand with it, and what they can do about it. */
export function AccountRow({ account }: { account: ArgoAccount }) {
  const now = useNow('calm');
  const [more, setMore] = useState(false);
  const test = useTestAccount();
  const signOut = useSignOut();
  const forget = useForgetHost();
  const { session, signingIn, trouble, allowedHosts } = account;
  const isSignedIn = session.state === 'signed-in';
  const named = accountName(account);
  const isOpening = signingIn !== null && !isSignedIn;
  const failure = signOut.error?.failure ?? test.error?.failure ?? trouble;
  return (
    <article className={classes.account} aria-label={named}>
      <div className={classes.head}>
        <h3>{named}</h3>
        <span className={`${classes.quiet} mono`}>{account.url}</span>
        <Mark
          {...(isOpening ? { icon: IconLoader2, tone: 'accent' as const } : look[session.state])}
          label={sessionWord(account)}
        />
      </div>
      <p className={classes.quiet} role="status">
        {test.data && isSignedIn ? test.data.text : sessionText(account, now)}
      </p>
      {isSignedIn && session.forThisRun !== null && (
        <p className={classes.quiet}>Only until Signalbox quits. {session.forThisRun}</p>
      )}
      {failure && <FailurePanel failure={failure} />}
      <div className={classes.choices}>
        {isSignedIn ? (
          <>
            <Button
              size="xs"
              variant="default"
              loading={test.isPending}
              aria-label={`Test ${named}`}
              onClick={() => test.mutate(account)}
            >
              Test
            </Button>
            <Button
              size="xs"
              variant="default"
              loading={signOut.isPending}
              aria-label={`Sign out of ${named}`}
              onClick={() => {
                test.reset();
                signOut.mutate(account);
              }}
            >
              Sign out
            </Button>
          </>
        ) : (
          <>
            <SignInButton account={account} />
            <Button
              size="xs"
              variant="default"
              aria-label={`Other ways to sign in to ${named}`}
              onClick={() => setMore(true)}
            >
              Other ways…
            </Button>
          </>
        )}
      </div>
      {allowedHosts.map((host) => (
        <p key={host} className={classes.choices}>
          <span className={classes.quiet}>The sign-in window may go to {host}.</span>
          <Button
            size="compact-xs"
            variant="default"
            aria-label={`Forget ${host} for ${named}`}
            onClick={() => forget.mutate({ environment: account.environment, system: account.system, host })}
          >
            Forget
          </Button>
        </p>
      ))}
      <SignInWays account={account} opened={more} onClose={() => setMore(false)} />
    </article>
  );
}

/** Opens a server's sign-in window; while it is open, shows or closes it. */
export function SignInButton({ account, size = 'xs' }: { account: ArgoAccount; size?: 'xs' | 'compact-xs' }) {
  const open = useOpenSignIn();
  const close = useCloseSignIn();
  const named = accountName(account);
  const word = account.session.state === 'ended' ? 'Sign in again' : 'Sign in';
  if (account.signingIn)
    return (
      <span className={classes.choices}>
        <Button size={size} variant="default" onClick={() => open.mutate(account)}>
          Show the window
        </Button>
        <Button
          size={size}
          variant="default"
          aria-label={`Cancel signing in to ${named}`}
          onClick={() => close.mutate(account)}
        >
          Cancel
        </Button>
      </span>
    );
  return (
    <Button
      size={size}
      variant="default"
      loading={open.isPending}
      aria-label={`${word} to ${named}`}
      onClick={() => open.mutate(account)}
    >
      {word}
    </Button>
  );
}
