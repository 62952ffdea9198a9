import { IconAlertTriangle } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { AttentionItem } from '../../../shared/domain/attention/attention-items';
import { useAttention, useReadAgain } from '../../ui/incident/use-attention';
import { Mark } from '../../ui/layout/mark';
import { useUiState } from '../../ui/layout/ui-state';
import { ago, fullTime } from '../../ui/time/time';
import { TimedText } from '../../ui/time/timed-text';
import { useNow } from '../../ui/time/use-now';
import classes from './inspector.module.css';
import type { Row } from './rows';

/** Items that are listed at once. */
const shown = 8;

/** What needs attention in the whole estate, each with its cause and the way to it; nothing is said to be fine unseen. */
export function NeedsAttention({ rows }: { rows: readonly Row[] }) {
  const now = useNow('calm');
  const { items, notKnown, failed } = useAttention();
  const { section, readAgain } = useTryAgain(failed);
  return (
    <section ref={section} tabIndex={-1} className={classes.section} aria-label="Needs attention">
      <h3>Needs attention</h3>
      {items.slice(0, shown).map((item) => (
        <div key={item.key} className={classes.item}>
          <div className={classes.line}>
            <Way item={item} rows={rows} />
            <Mark icon={IconAlertTriangle} tone="bad" label={item.reason} />
          </div>
          {item.cause && (
            <p className={classes.cause}>
              <TimedText text={item.cause} />
              {item.since && <span title={fullTime(item.since)}> {ago(item.since, now)}</span>}
            </p>
          )}
        </div>
      ))}
      {items.length > shown && <p className={classes.small}>and {items.length - shown} more</p>}
      {notKnown !== null ? (
        <p className={classes.small}>
          {notKnown}
          {failed && (
            <>
              {' '}
              <button type="button" className={classes.link} onClick={readAgain}>
                Try again
              </button>
            </>
          )}
        </p>
      ) : (
        items.length === 0 && <p className={classes.small}>Nothing needs attention.</p>
      )}
    </section>
  );
}

/** Asks again for what could not be read. The button is gone once it could, and leaves the focus to the list. */
function useTryAgain(failed: boolean) {
  const section = useRef<HTMLElement>(null);
  const asked = useRef(false);
  const ask = useReadAgain();
  useEffect(() => {
    if (failed || !asked.current) return;
    asked.current = false;
    if (document.activeElement === document.body) section.current?.focus({ preventScroll: true });
  }, [failed]);
  const readAgain = (): void => {
    asked.current = true;
    ask();
  };
  return { section, readAgain };
}

function Way({ item, rows }: { item: AttentionItem; rows: readonly Row[] }) {
  const { subject, place } = item;
  switch (place.at) {
    case 'cell': {
      const { app, environment } = place.cell;
      const isHere = rows.some(({ cells }) => cells.includes(place.cell));
      if (isHere)
        return (
          <button
            type="button"
            className={classes.link}
            onClick={() => useUiState.setState({ selected: { app, environment } })}
          >
            {subject}
          </button>
        );
      return (
        <Link to="/apps/$app" params={{ app }} search={{ environment }}>
          {subject}
        </Link>
      );
    }
    case 'pipeline':
      return (
        <Link to="/pipelines/$pipeline" params={{ pipeline: place.pipeline }}>
          {subject}
        </Link>
      );
    case 'cluster':
      return (
        <Link to="/clusters" search={{ environment: place.environment }}>
          {subject}
        </Link>
      );
    case 'announcements':
      return (
        <Link to="/settings" onClick={() => useUiState.setState({ undeliveredWanted: true })}>
          {subject}
        </Link>
      );
    case 'freezes':
      return <Link to="/freezes">{subject}</Link>;
    case 'repo':
      return <Link to="/settings">{subject}</Link>;
  }
}
