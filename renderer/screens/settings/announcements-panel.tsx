import { Button } from '@mantine/core';
import { useAnnouncements } from '../../data/announcement-queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Panel } from '../../ui/layout/panel';
import { useUiState } from '../../ui/layout/ui-state';
import { DestinationForm } from './destination-form';
import classes from './settings-screen.module.css';
import { UndeliveredList } from './undelivered-list';

/** Whom this console tells what happened: switched on, given its secret, tried; and what did not arrive. */
export function AnnouncementsPanel() {
  const announcements = useAnnouncements();
  if (announcements.error)
    return (
      <Panel title="Announcements">
        <FailurePanel failure={announcements.error.failure} onRetry={() => void announcements.refetch()} />
      </Panel>
    );
  const { data } = announcements;
  if (!data || data.destinations.length === 0) return null;
  const write = (
    <Button
      size="xs"
      variant="default"
      disabled={data.destinations.every(({ state }) => state === 'off')}
      onClick={() => useUiState.setState({ announceOpen: true })}
    >
      Announce…
    </Button>
  );
  return (
    <Panel title="Announcements" aside={write}>
      <p className={`${classes.quiet} ${classes.intro}`}>
        Tells people about your deploys, rollbacks, freezes and forced unlocks. Only the Signalbox that does
        something tells of it. Everything is off until you switch it on here.
      </p>
      {data.unavailableBecause !== null && (
        <p className={classes.notice}>
          {data.unavailableBecause} What you enter here is forgotten when Signalbox quits.
        </p>
      )}
      <UndeliveredList open={data.open} lost={data.lost} />
      {data.destinations.map((destination) => (
        <DestinationForm key={destination.destination} view={destination} />
      ))}
    </Panel>
  );
}
