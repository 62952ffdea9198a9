import { Button } from '@mantine/core';
import { useEffect, useRef } from 'react';
import {
  type DeliveryView,
  destinationNames,
  needsLook,
} from '../../../shared/domain/announcement/destination';
import { count } from '../../../shared/domain/text/count';
import { useChangeAnnouncements } from '../../data/announcement-queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { useUiState } from '../../ui/layout/ui-state';
import { dateTime } from '../../ui/time/time';
import classes from './settings-screen.module.css';

function said({ state, because, next, attempts }: DeliveryView): string {
  if (state === 'unknown')
    return `${because ?? ''} It may have arrived: check there before you send it again.`.trim();
  if (state === 'refused') return because ?? 'It was refused.';
  if (attempts === 0) return 'Waiting.';
  return `${because ?? ''}${next === null ? '' : ` Next try at ${dateTime(next)}.`}`.trim();
}

/** What did not arrive: each with why, *Send again* and *Drop*. */
export function UndeliveredList({ open, lost }: { open: readonly DeliveryView[]; lost: number }) {
  const change = useChangeAnnouncements();
  const isWanted = useUiState((state) => state.undeliveredWanted);
  const own = useRef<HTMLElement>(null);
  useEffect(() => {
    if (!isWanted || !own.current) return;
    own.current.scrollIntoView({ block: 'center' });
    useUiState.setState({ undeliveredWanted: false });
  }, [isWanted]);
  const shown = open.filter((one) => needsLook(one) || one.state === 'waiting');
  if (shown.length === 0 && lost === 0) return null;
  const ids = shown.map(({ id }) => id);
  return (
    <section ref={own} className={classes.undelivered} aria-label="Not delivered">
      <div className={classes.row}>
        <h3>Not delivered</h3>
        {shown.length > 1 && (
          <div className={classes.pair}>
            <Button
              size="xs"
              variant="default"
              onClick={() => change.mutate({ name: 'announcements.send-again', input: { ids } })}
            >
              Send all again
            </Button>
            <Button
              size="xs"
              variant="default"
              onClick={() => change.mutate({ name: 'announcements.drop', input: { ids } })}
            >
              Drop all
            </Button>
          </div>
        )}
      </div>
      {lost > 0 && (
        <p className={classes.quiet}>{count(lost, 'older announcement')} dropped: too many were waiting.</p>
      )}
      {shown.map((delivery) => {
        const { id, destination, target, text, at } = delivery;
        return (
          <article key={id} className={classes.row} aria-label={text}>
            <div>
              <p>{text}</p>
              <p className={classes.quiet}>
                {target || destinationNames[destination]} · {dateTime(at)} · {said(delivery)}
              </p>
            </div>
            <div className={classes.pair}>
              <Button
                size="xs"
                variant="default"
                aria-label={`Send again: ${text}, to ${target || destinationNames[destination]}`}
                onClick={() => change.mutate({ name: 'announcements.send-again', input: { ids: [id] } })}
              >
                Send again
              </Button>
              <Button
                size="xs"
                variant="default"
                aria-label={`Drop: ${text}, to ${target || destinationNames[destination]}`}
                onClick={() => change.mutate({ name: 'announcements.drop', input: { ids: [id] } })}
              >
                Drop
              </Button>
            </div>
          </article>
        );
      })}
      {change.error && <FailurePanel failure={change.error.failure} />}
    </section>
  );
}
