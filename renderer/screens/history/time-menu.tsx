import { Popover } from '@mantine/core';
import { IconChevronDown } from '@tabler/icons-react';
import { useState } from 'react';
import chip from '../../ui/action/pick-menu.module.css';
import { MomentField } from '../../ui/time/moment-field';
import { hoursBefore, spans } from '../../ui/time/period';
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
        <div className={classes.field}>
          <span aria-hidden>From</span>
          <MomentField label="From" value={since} onChange={(at) => onTime({ since: at, until })} />
        </div>
        <div className={classes.field}>
          <span aria-hidden>Until</span>
          <MomentField label="Until" value={until} onChange={(at) => onTime({ since, until: at })} />
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

function rangeText({ since, until }: Range): string {
  if (since && until) return `${dateTime(since)} – ${dateTime(until)}`;
  if (since) return `Since ${dateTime(since)}`;
  return until ? `Until ${dateTime(until)}` : 'Any time';
}
