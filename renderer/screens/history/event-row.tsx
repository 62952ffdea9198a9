// biome-ignore-all lint/a11y/useSemanticElements: a virtualised listbox cannot be built of select elements
// biome-ignore-all lint/a11y/useFocusableInteractive: the list has the focus and names its active option

import { memo } from 'react';
import { doneBy } from '../../../shared/domain/attribution/done-by';
import type { SavedOutcome, SeenOutcome } from '../../../shared/domain/history/archived';
import type { HistoryEvent } from '../../../shared/domain/history/history-event';
import { count } from '../../../shared/domain/text/count';
import { Version } from '../../ui/change/version';
import { Mark, OperationMark } from '../../ui/layout/mark';
import { eventLook, eventSubject, eventVersion, movedText } from '../../ui/text/event-words';
import { operationStateWord } from '../../ui/text/words';
import { fullTime, seconds } from '../../ui/time/time';
import classes from './feed-list.module.css';

interface EventRowProps {
  id: string;
  event: HistoryEvent | undefined;
  story: Story | undefined;
  row: number;
  rows: number;
  active: boolean;
  top: number;
  height: number;
}

/** What a row of the feed stands for, besides the event that tells it. */
export interface Story {
  /** How the operation ended. */
  outcome: SavedOutcome | undefined;
  /** What was seen of a deployment that no operation here made. */
  seen: SeenOutcome | undefined;
  /** Events that it consists of. */
  size: number;
}

/** One story in one line; until it is read its place is kept. */
export const EventRow = memo(function EventRow(props: EventRowProps) {
  const { id, event, story, row, rows, active, top, height } = props;
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
      {event ? <Content event={event} story={story} /> : <span className={classes.ghost} />}
    </div>
  );
});

function Content({ event, story }: { event: HistoryEvent; story: Story | undefined }) {
  const more = (story?.size ?? 1) - 1;
  return (
    <>
      <span className={classes.time} title={fullTime(event.at)}>
        {seconds(event.at).slice(0, 5)}
      </span>
      <span className={classes.what}>
        <Mark {...eventLook(event)} />
        {story && <Outcome event={event} story={story} />}
      </span>
      <span className={classes.app} title={eventSubject(event)}>
        {eventSubject(event)}
        {more > 0 && (
          <span
            className={classes.more}
            title={`${count(more, 'more change')} by the same operation or commit`}
          >
            {' '}
            +{more}
            <span className="visually-hidden"> more changes</span>
          </span>
        )}
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

/** How it ended, by whoever saw it; a deployment that nobody saw says that, too. */
function Outcome({ event, story: { outcome, seen } }: { event: HistoryEvent; story: Story }) {
  if (outcome)
    return <OperationMark value={outcome.state} iconOnly label={operationStateWord[outcome.state]} />;
  if (seen)
    return (
      <span title={seen.text}>
        <OperationMark
          value={seen.state}
          iconOnly
          label={`${operationStateWord[seen.state]}: ${seen.text}`}
        />
      </span>
    );
  if (event.type !== 'deployment') return null;
  return (
    <span title="Nothing was seen of its outcome" className={classes.unseen}>
      <OperationMark value="unknown" iconOnly />
    </span>
  );
}
