import { Link } from '@tanstack/react-router';
import { type Ref, useEffect, useState } from 'react';
import { doneBy, doneByDetail, overriddenBy } from '../../../shared/domain/attribution/done-by';
import type { HistoryEvent } from '../../../shared/domain/history/history-event';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { overriddenText } from '../../../shared/domain/preflight/override-words';
import { useEventDetails, useStory } from '../../data/history-queries';
import { useBoard } from '../../data/queries';
import { Version } from '../../ui/change/version';
import { Mark, OperationMark } from '../../ui/layout/mark';
import { Empty } from '../../ui/layout/panel';
import { DeploymentRail, RailWaiting } from '../../ui/rail/deployment-rail';
import { SavedLogs, SavedObservations } from '../../ui/saved/saved-view';
import { CopyButton } from '../../ui/text/copy-button';
import { aboutText, eventLook, eventSubject, eventVersion, movedText } from '../../ui/text/event-words';
import { ExternalLink } from '../../ui/text/external-link';
import { operationStateWord } from '../../ui/text/words';
import { ago, dateTime, fullTime, seconds } from '../../ui/time/time';
import { TimedText } from '../../ui/time/timed-text';
import { useNow } from '../../ui/time/use-now';
import classes from './event-details.module.css';
import { listId } from './feed-layout';
import { LateReasons } from './late-reasons';

/** All about one event, at the right of the feed: it is always there, so choosing moves nothing. */
export function EventDetails({ event, ref }: { event: HistoryEvent | undefined; ref: Ref<HTMLElement> }) {
  return (
    <aside
      ref={ref}
      tabIndex={-1}
      className={classes.details}
      aria-label="Details of the event"
      data-empty={event ? undefined : true}
      onKeyDown={(key) => {
        if (key.key === 'Escape') document.getElementById(listId)?.focus();
      }}
    >
      {event ? (
        <Details event={event} />
      ) : (
        <Empty title="No event selected">Select an event to see its commit, reason and outcome.</Empty>
      )}
    </aside>
  );
}

function Details({ event }: { event: HistoryEvent }) {
  const now = useNow('calm');
  const version = eventVersion(event);
  const { app, environment } = event;
  return (
    <>
      <header className={classes.head}>
        <h2 className={classes.title}>
          {app ? (
            <Link to="/apps/$app" params={{ app }} search={environment ? { environment } : {}}>
              {app}
            </Link>
          ) : (
            eventSubject(event)
          )}
        </h2>
        <p className={classes.where}>
          {environment} <Mark {...eventLook(event)} />
        </p>
      </header>
      <section className={classes.section}>
        {event.type === 'deployment' ? (
          <p className={classes.change}>
            <Version value={event.from} /> → <Version value={event.to} strong />
          </p>
        ) : (
          version !== null && (
            <p className={classes.change}>
              <Version value={version} strong />
            </p>
          )
        )}
        <dl className={classes.facts}>
          <dt>When</dt>
          <dd title={fullTime(event.at)}>
            {dateTime(event.at)}, {ago(event.at, now)}
          </dd>
          <dt>By</dt>
          <dd>
            {doneBy(event)}
            {doneByDetail(event) !== null && <p className={classes.small}>{doneByDetail(event)}</p>}
          </dd>
          <StartedFacts event={event} />
          {event.type === 'deployment' && event.returns && (
            <>
              <dt>Returned</dt>
              <dd>This version ran here before.</dd>
            </>
          )}
          {movedText(event) !== null && (
            <>
              <dt>File</dt>
              <dd>{movedText(event)}</dd>
            </>
          )}
          {event.reason && (
            <>
              <dt>Reason</dt>
              <dd>{event.reason}</dd>
            </>
          )}
          {event.origin === 'concourse' ? (
            <>
              <dt>Source</dt>
              <dd>Concourse, kept by Signalbox</dd>
            </>
          ) : (
            <>
              <dt>Commit</dt>
              <dd className={classes.commit}>
                <code>{event.commit.slice(0, 10)}</code>
                <CopyButton text={event.commit} label="Copy the commit’s id" />
              </dd>
            </>
          )}
        </dl>
        <p className={classes.links}>
          {app && version && (
            <Link to="/apps/$app/versions/$version" params={{ app, version }}>
              History of {shortVersion(version)}
            </Link>
          )}
          <Link to="/" search={{ at: event.at }}>
            See the board at that time
          </Link>
          <Link
            to="/history/compare"
            search={{ leftAt: event.at, ...(environment ? { left: environment, right: environment } : {}) }}
          >
            Compare {environment || 'that time'} with now
          </Link>
          <PutBack environment={environment} at={event.at} />
          {app && (
            <Link
              to="/history"
              search={{ app: [app], ...(environment ? { environment: [environment] } : {}) }}
            >
              All events of {aboutText(event).replace(' · ', ' in ')}
            </Link>
          )}
        </p>
      </section>
      {event.type === 'deployment' && event.origin !== 'concourse' && app && environment && (
        <section className={classes.timeline} aria-label="Timeline">
          <h3>Timeline</h3>
          <RestingTimeline key={event.commit} app={app} environment={environment} commit={event.commit} />
        </section>
      )}
      {event.type === 'deployment' && <LateReasons key={`reasons ${event.commit}`} event={event} />}
      <WhatChanged event={event} />
      <Known event={event} />
    </>
  );
}

/** To the review of all that an environment had then; a pipeline of bags goes back by its bags. */
function PutBack({ environment, at }: { environment: string; at: string }) {
  const known = useBoard().data?.environments.find(({ name }) => name === environment);
  if (!known || known.pipeline?.kind === 'bags') return null;
  return (
    <Link to="/batch/$environment" params={{ environment }} search={{ at }}>
      Put {environment} back to that time…
    </Link>
  );
}

/** All that the same operation or commit changed, oldest first. */
function WhatChanged({ event }: { event: HistoryEvent }) {
  const story = useStory(event.id, true).data;
  if (!story || story.total < 2) return null;
  const hidden = story.total - story.events.length;
  return (
    <section className={classes.section} aria-label="What changed">
      <h3>
        {event.operationId === null ? 'This commit changed' : 'This operation changed'} ({story.total})
      </h3>
      <ol className={classes.story}>
        {story.events.toReversed().map((one) => (
          <li key={one.id} aria-current={one.id === event.id || undefined}>
            <time dateTime={one.at} title={fullTime(one.at)}>
              {seconds(one.at)}
            </time>
            <Mark {...eventLook(one)} />
            <span>
              {aboutText(one)} {eventVersion(one) !== null && <Version value={eventVersion(one)} />}
            </span>
          </li>
        ))}
      </ol>
      {hidden > 0 && <p className={classes.small}>And {hidden} more.</p>}
    </section>
  );
}

/** What was started to make the commit, and which findings were overridden. */
function StartedFacts({ event }: { event: HistoryEvent }) {
  const { startedBy } = event;
  if (!startedBy || !('name' in startedBy)) return null;
  const { run } = startedBy;
  const overridden = overriddenBy(event);
  return (
    <>
      {run && (
        <>
          <dt>Run</dt>
          <dd>
            <ExternalLink url={run.url}>{run.name}</ExternalLink>
          </dd>
        </>
      )}
      {overridden.length > 0 && (
        <>
          <dt>Overridden</dt>
          <dd>{overriddenText(overridden)}</dd>
        </>
      )}
    </>
  );
}

/** The timeline of an event that somebody stays at: walking over events by the arrows asks GitHub nothing. */
function RestingTimeline(props: { app: string; environment: string; commit: string }) {
  const [rests, setRests] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setRests(true), 400);
    return () => clearTimeout(timer);
  }, []);
  return rests ? <DeploymentRail {...props} /> : <RailWaiting />;
}

/** What the repo and earlier observations know of it. */
function Known({ event }: { event: HistoryEvent }) {
  const { data } = useEventDetails(event);
  if (!data) return null;
  const { message, outcome, saved } = data;
  return (
    <>
      {event.operationId && (
        <section className={classes.section} aria-label="Operation">
          <h3>Operation</h3>
          {outcome ? (
            <p>
              <OperationMark value={outcome.state} label={operationStateWord[outcome.state]} />
              {outcome.message && (
                <span className={classes.small}>
                  {' '}
                  <TimedText text={outcome.message} />
                </span>
              )}
            </p>
          ) : (
            <p className={classes.small}>Started on another console: its outcome is not known here.</p>
          )}
          <p className={classes.small}>
            {outcome ? (
              <Link to="/operations/$operationId" params={{ operationId: event.operationId }}>
                Open the operation
              </Link>
            ) : (
              <code>{event.operationId}</code>
            )}
          </p>
        </section>
      )}
      {event.app && event.environment && (
        <section className={classes.section} aria-label="Seen there">
          <h3>Seen there</h3>
          <SavedObservations saved={saved} />
        </section>
      )}
      {'path' in event && event.origin !== 'concourse' && (
        <section className={classes.section} aria-label="File">
          <h3>File</h3>
          <code>{event.path}</code>
        </section>
      )}
      {saved.logs.length > 0 && (
        <section className={classes.section} aria-label="Saved logs">
          <h3>Saved logs</h3>
          <SavedLogs saved={saved} />
        </section>
      )}
      {event.origin === 'concourse' ? (
        <section className={classes.section} aria-label="What happened">
          <h3>What happened</h3>
          <p>{event.subject}</p>
        </section>
      ) : (
        <section className={classes.section} aria-label="Message">
          <h3>Commit message</h3>
          {message === null ? (
            <p className={classes.small}>The local copy of the release repo no longer has this commit.</p>
          ) : (
            <pre className={classes.message}>{message}</pre>
          )}
        </section>
      )}
    </>
  );
}
