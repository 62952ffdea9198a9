import { Button } from '@mantine/core';
import { useSignOut } from '../../data/queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Panel } from '../../ui/layout/panel';
import classes from './settings-screen.module.css';

/** Everything of this computer is forgotten; the system's dialog says what, and asks. */
export function SignOutPanel() {
  const signOut = useSignOut();
  return (
    <Panel title="Sign out">
      <div className={classes.row}>
        <p className={classes.quiet}>
          Deletes the credentials, sessions, settings, copies and history of all estates from this computer.
        </p>
        <Button size="xs" variant="default" loading={signOut.isPending} onClick={() => signOut.mutate()}>
          Sign out…
        </Button>
      </div>
      {signOut.error && <FailurePanel failure={signOut.error.failure} />}
    </Panel>
  );
}
