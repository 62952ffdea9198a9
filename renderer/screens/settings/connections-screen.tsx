import { Button } from '@mantine/core';
import { Link, useNavigate } from '@tanstack/react-router';
import { useBoard, useSession } from '../../data/queries';
import { Panel } from '../../ui/layout/panel';
import { FreshnessMark } from '../../ui/time/freshness-mark';
import { AccountsPanel } from './accounts-panel';
import { AnnouncementsPanel } from './announcements-panel';
import classes from './connections-screen.module.css';
import { CredentialsPanel } from './credentials-panel';
import { DetectedFacts } from './detected-facts';
import { RecordsPanel } from './records-panel';

/** Everything that the open estate is connected to, each with its test; nothing of it has to be done now. */
export function ConnectionsScreen() {
  const navigate = useNavigate();
  const session = useSession().data;
  const board = useBoard().data;
  return (
    <div className={classes.screen}>
      <header className={classes.head}>
        <div>
          <h1>Connections</h1>
          <p>Test each one, or skip it: all of this stays in Settings.</p>
        </div>
        <Button onClick={() => void navigate({ to: '/' })}>Go to the board</Button>
      </header>
      <Panel title="Release repo and clusters">
        <ul className={classes.list}>
          {session && (
            <li>
              <span>{session.ledger.url}</span>
              <FreshnessMark name="Release repo" value={session.ledger.freshness} />
            </li>
          )}
          {board?.environments.map(({ name, cluster }) => (
            <li key={name} className={classes.stacked}>
              <div className={classes.line}>
                <Link to="/clusters" search={{ environment: name }}>
                  {name}: permissions and details
                </Link>
                <FreshnessMark name={name} value={cluster} />
              </div>
              <DetectedFacts environment={name} />
            </li>
          ))}
        </ul>
      </Panel>
      <RecordsPanel />
      <CredentialsPanel />
      <AccountsPanel />
      <AnnouncementsPanel />
    </div>
  );
}
