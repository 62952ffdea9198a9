// biome-ignore-all lint/a11y/useSemanticElements: a virtualised listbox cannot be built of select elements
// biome-ignore-all lint/a11y/useFocusableInteractive: the list has the focus and names its active option

import { memo } from 'react';
import { doneBy } from '../../../shared/domain/attribution/done-by';
import type { SavedOutcome } from '../../../shared/domain/history/archived';
import type { HistoryEvent } from '../../../shared/domain/history/history-event';
import { Version } from '../../ui/change/version';
import { Mark, OperationMark } from '../../ui/layout/mark';
import { eventLook, eventSubject, eventVersion, movedText } from '../../ui/text/event-words';
import { operationStateWord } from '../../ui/text/words';
import { fullTime, seconds } from '../../ui/time/time';
import classes from './feed-list.module.css';

interface EventRowProps {
  id: string;
  event: HistoryEvent | undefined;
  outcome: SavedOutcome | undefined;
  row: number;
  rows: number;
  active: boolean;
  top: number;
  height: number;
}

/** One event in one line; until it is read its place is kept. */
export const EventRow = memo(function EventRow(props: EventRowProps) {
  const { id, event, outcome, row, rows, active, top, height } = props;
  return (
    <div
      id={id}
      role="option"
      aria-selected={active}
      aria-setsize={rows}
      aria-posinset={row + 1}
      aria-label={event ? undefined : `Event ${row + 1}, loading`}
      data-row={row}
      className={classes.row}
      style={{ height, transform: `translateY(${top}px)` }}
    >
      {event ? <Content event={event} outcome={outcome} /> : <span className={classes.ghost} />}
    </div>
  );
});

function Content({ event, outcome }: { event: HistoryEvent; outcome: SavedOutcome | undefined }) {
  return (
    <>
      <span className={classes.time} title={fullTime(event.at)}>
        {seconds(event.at).slice(0, 5)}
      </span>
      <span className={classes.what}>
        <Mark {...eventLook(event)} />
        {outcome && outcome.state !== 'succeeded' && (
          <OperationMark value={outcome.state} iconOnly label={operationStateWord[outcome.state]} />
        )}
        {outcome?.state === 'succeeded' && <OperationMark value="succeeded" iconOnly />}
      </span>
      <span className={classes.app} title={eventSubject(event)}>
        {eventSubject(event)}
      </span>
      <span className={classes.environment}>{event.environment}</span>
      <span className={classes.versions}>
        {event.type === 'deployment' ? (
          <>
            {event.from !== null && (
              <>
                <Version value={event.from} /> →{' '}
              </>
            )}
            <Version value={event.to} strong />
          </>
        ) : (
          eventVersion(event) !== null && <Version value={eventVersion(event)} />
        )}
      </span>
      <span className={classes.author} title={doneBy(event)}>
        {doneBy(event)}
      </span>
      <span className={classes.note} title={movedText(event) ?? event.reason ?? event.subject}>
        {movedText(event) ?? (event.reason ? `“${event.reason}”` : event.subject)}
      </span>
    </>
  );
}
