import { Button, CloseButton, UnstyledButton } from '@mantine/core';
import { IconChevronRight, IconFlask2, IconPlugConnected } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useEffect } from 'react';
import type { EstateEntry, Estates } from '../../../shared/contract/estates';
import { useEstates, useForgetEstate } from '../../data/estate-queries';
import { EstateMark } from '../../ui/estate/estate-kind';
import { useSwitchEstate } from '../../ui/estate/use-switch';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Logo } from '../../ui/layout/logo';
import { ago } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import classes from './welcome-screen.module.css';

/** Where nothing is open: practise, connect, or open what was open before. */
export function WelcomeScreen() {
  const estates = useEstates();
  const { wish, failure, busy, parts } = useSwitchEstate();
  useEffect(() => {
    document.title = 'Signalbox';
  }, []);
  if (estates.error)
    return <FailurePanel failure={estates.error.failure} onRetry={() => void estates.refetch()} />;
  if (!estates.data) return null;
  const { estate, recent, phase } = estates.data;
  const isFirst = recent.length === 0 && estate === null;
  return (
    <main className={classes.frame} id="content">
      <div className={classes.page}>
        <div className={classes.column}>
          <header className={classes.head}>
            <Logo size={44} className={classes.logo} />
            <h1>{isFirst ? 'Welcome to Signalbox' : 'Signalbox'}</h1>
            <p>See which version runs where. Deploy, promote and roll back, with every check in sight.</p>
          </header>
          <Trouble
            estates={estates.data}
            failure={failure}
            onRetry={(one) => wish({ do: 'open', key: one.key, name: one.name })}
          />
          <div className={classes.doors}>
            <Door
              icon={<IconFlask2 size={26} stroke={1.6} aria-hidden />}
              title="Practise"
              disabled={busy}
              onClick={() => wish({ do: 'open', key: 'practice', name: 'the practice estate' })}
            >
              A small GOV.UK on this computer: apps, clusters, incidents. Nothing in it is real, so nothing
              can break. It needs no account.
            </Door>
            <Link to="/connect" className={classes.door}>
              <IconPlugConnected size={26} stroke={1.6} aria-hidden />
              <strong>Connect</strong>
              <span>
                Your own release repo and clusters. Signalbox finds what it can and asks for the rest. Nothing
                is deployed by connecting.
              </span>
            </Link>
          </div>
          {recent.length > 0 && (
            <section className={classes.recent} aria-labelledby="recent">
              <h2 id="recent">Recent</h2>
              <ul>
                {recent.map((one) => (
                  <Recent
                    key={one.key}
                    entry={one}
                    disabled={busy}
                    onOpen={() => wish({ do: 'open', key: one.key, name: one.name })}
                  />
                ))}
              </ul>
            </section>
          )}
          <footer className={classes.foot}>
            <Button
              variant="subtle"
              size="compact-sm"
              onClick={() => wish({ do: 'open-file' })}
              disabled={busy}
            >
              Open an estate file…
            </Button>
            {phase === 'open' && (
              <Link to="/" className={classes.back}>
                Back to {estate?.name}
              </Link>
            )}
          </footer>
        </div>
      </div>
      {parts}
    </main>
  );
}

/** Why the last one could not be opened, and the way back. */
function Trouble({
  estates: { failure: before, estate },
  failure: now,
  onRetry,
}: {
  estates: Estates;
  failure: Estates['failure'];
  onRetry: (estate: EstateEntry) => void;
}) {
  const failure = before ?? now;
  if (!failure) return null;
  return (
    <section className={classes.trouble} aria-labelledby="trouble">
      <h2 id="trouble">{estate ? `${estate.name} couldn’t be opened` : 'This couldn’t be opened'}</h2>
      {estate?.place && <p className={classes.place}>{estate.place}</p>}
      <FailurePanel failure={failure} />
      {failure.place && failure.detail?.includes('\n') && (
        <ul className={classes.problems} aria-label="Everything that is wrong">
          {failure.detail.split('\n').map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      <div className={classes.ways}>
        {estate && (
          <Button onClick={() => onRetry(estate)} size="sm">
            Try again
          </Button>
        )}
        <span>or open another one below.</span>
      </div>
    </section>
  );
}

function Door(props: {
  icon: ReactNode;
  title: string;
  disabled: boolean;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <UnstyledButton className={classes.door} onClick={props.onClick} disabled={props.disabled}>
      {props.icon}
      <strong>{props.title}</strong>
      <span>{props.children}</span>
    </UnstyledButton>
  );
}

function Recent({ entry, disabled, onOpen }: { entry: EstateEntry; disabled: boolean; onOpen: () => void }) {
  const now = useNow('calm');
  const forget = useForgetEstate();
  return (
    <li className={classes.entry}>
      <UnstyledButton className={classes.open} onClick={onOpen} disabled={disabled}>
        <span className={classes.name}>
          {entry.name}
          <EstateMark
            look={entry.kind === 'read-only' ? 'read-only' : entry.production ? 'production' : 'standard'}
          />
        </span>
        <span className={classes.place}>{entry.place}</span>
        {entry.openedAt && <span className={classes.when}>{ago(entry.openedAt, now)}</span>}
        <IconChevronRight size={16} aria-hidden />
      </UnstyledButton>
      <CloseButton
        aria-label={`Remove ${entry.name} from this list`}
        size="sm"
        onClick={() => forget.mutate({ key: entry.key })}
      />
    </li>
  );
}
