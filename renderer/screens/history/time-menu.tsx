import { Popover } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import chip from '../../ui/action/pick-menu.module.css';
import { fromLocalField, hoursBefore, localField, spans } from '../../ui/time/period';
import { dateTime } from '../../ui/time/time';
import classes from './time-menu.module.css';

interface Range {
  since?: string | undefined;
  until?: string | undefined;
}

/** From when until when: a span back from now, or two times. */
export function TimeMenu({ since, until, onTime }: Range & { onTime: (range: Range) => void }) {
  const [open, setOpen] = useState(false);
  const choose = (hours: number | null) => {
    onTime({ since: hours === null ? undefined : hoursBefore(Date.now(), hours), until: undefined });
    setOpen(false);
  };
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" trapFocus returnFocus width={272}>
      <Popover.Target>
        <button
          type="button"
          className={chip.chip}
          style={{ maxWidth: 'none' }}
          data-some={since || until ? true : undefined}
          onClick={() => setOpen((now) => !now)}
        >
          <span className={chip.text}>{rangeText({ since, until })}</span>
          <IconChevronDown size={13} aria-hidden />
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Time">
        <div className={classes.spans}>
          <button type="button" onClick={() => choose(null)}>
            Any time
          </button>
          {spans.map(({ label, hours }) => (
            <button key={label} type="button" onClick={() => choose(hours)}>
              {label}
            </button>
          ))}
        </div>
        <label className={classes.field}>
          From
          <input
            type="datetime-local"
            value={localField(since)}
            onChange={(event) => onTime({ since: fromLocalField(event.currentTarget.value) })}
          />
        </label>
        <label className={classes.field}>
          Until
          <input
            type="datetime-local"
            value={localField(until)}
            onChange={(event) => onTime({ until: fromLocalField(event.currentTarget.value) })}
          />
        </label>
      </Popover.Dropdown>
    </Popover>
  );
}

function rangeText({ since, until }: Range): string {
  if (since && until) return `${dateTime(since)} – ${dateTime(until)}`;
  if (since) return `Since ${dateTime(since)}`;
  return until ? `Until ${dateTime(until)}` : 'Any time';
}
