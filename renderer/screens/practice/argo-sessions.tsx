import { Button } from '@mantine/core';
import { useAccounts } from '../../data/account-queries';
import { Panel } from '../../ui/layout/panel';
import type { PracticeAction } from './practice-action';
import classes from './practice-screen.module.css';

type How = Extract<PracticeAction, { action: 'argo-sessions' }>['how'];

/** Ends the sessions at Argo's servers, or makes them harder to get. */
export function ArgoSessions({ onAction }: { onAction: (action: PracticeAction) => void }) {
  const accounts = useAccounts().data ?? [];
  if (accounts.length === 0) return null;
  const change = (how: How) => () => onAction({ action: 'argo-sessions', how });
  return (
    <Panel title="Sessions at Argo CD and Argo Workflows">
      <div className={classes.form}>
        <p className={classes.quiet}>
          You are signed in when the practice estate opens. Sign in again from the banner or in Settings.
        </p>
        <Button variant="default" onClick={change('end')}>
          End all sessions
        </Button>
        <span className={classes.pair}>
          <Button variant="default" onClick={change('short')}>
            Last a minute
          </Button>
          <Button variant="default" onClick={change('usual')}>
            Last a day
          </Button>
        </span>
        <span className={classes.pair}>
          <Button variant="default" onClick={change('proxy')}>
            Put a proxy in front
          </Button>
          <Button variant="default" onClick={change('no-proxy')}>
            Take it away
          </Button>
        </span>
      </div>
    </Panel>
  );
}
