import { Button } from '@mantine/core';
import { IconClockExclamation } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import type { ArgoAccount } from '../../shared/domain/estate/argo-account';
import { useAccounts } from '../data/account-queries';
import { SignInButton } from '../ui/account/account-row';
import { endedText } from '../ui/account/account-words';
import { announce } from '../ui/text/announcer';
import classes from './banner.module.css';

/** One that ended again is told again. */
const keyOf = ({ environment, system, session }: ArgoAccount): string =>
  `${environment} ${system} ${session.state === 'ended' ? session.at : ''}`;

/** Says once that sessions at Argo's servers have ended, and lets one sign in again. */
export function SessionBanner() {
  const accounts = useAccounts().data ?? [];
  const [read, setRead] = useState<readonly string[]>([]);
  const ended = accounts.filter(
    (account) => account.session.state === 'ended' && !read.includes(keyOf(account)),
  );
  const said = endedText(ended);
  useEffect(() => {
    if (said) announce(said);
  }, [said]);
  const [only, ...others] = ended;
  if (!only || said === null) return null;
  return (
    <div className={classes.banner} role="note" aria-label="Session ended">
      <IconClockExclamation size={16} aria-hidden />
      <span className={classes.text}>
        <strong>{said}</strong> Anything that needs it waits, and continues once you are signed in.
      </span>
      <span className={classes.choices}>
        {others.length === 0 ? (
          <SignInButton account={only} size="compact-xs" />
        ) : (
          <Button component={Link} to="/settings" variant="default" size="compact-xs">
            Sign in again…
          </Button>
        )}
        <Button variant="default" size="compact-xs" onClick={() => setRead(ended.map(keyOf))}>
          Dismiss
        </Button>
      </span>
    </div>
  );
}
