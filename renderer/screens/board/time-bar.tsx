import { ActionIcon, NativeSelect, Tooltip } from '@mantine/core';
import { IconPlayerSkipBack, IconPlayerSkipForward } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { type KeyboardEvent, memo, type PointerEvent, useMemo, useRef, useState } from 'react';
import { useDeploymentTimes, useOutline } from '../../data/history-queries';
import { nextDeployment, previousDeployment } from '../../data/step-deployments';
import { useWidth } from '../../ui/layout/use-width';
import { MomentField } from '../../ui/time/moment-field';
import { dateTime } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import classes from './time-bar.module.css';
import { binsOfDays, binsOfTimes, movedMoment, type Window, windowOf, type Zoom, zooms } from './time-scale';

interface TimeBarProps {
  /** ISO 8601; `null`: now. */
  at: string | null;
  /** While the thumb is dragged; the address follows when it is let go. */
  onDrag: (at: string | null) => void;
  onAt: (at: string | null) => void;
}

const deployments = { types: ['deployment' as const] };
/** Width of one bar of the density in px. */
const barWidth = 4;

/** The slider under the board: any moment since the history began, with the deployments drawn over it. */
export const TimeBar = memo(function TimeBar({ at, onDrag, onAt }: TimeBarProps) {
  const now = useNow('calm');
  const client = useQueryClient();
  const outline = useOutline(deployments).data;
  const [zoom, setZoom] = useState<Zoom>('month');
  const track = useRef<HTMLDivElement>(null);
  const last = useRef<Window | null>(null);

  const oldest = outline?.oldest ? Date.parse(outline.oldest) : now;
  const moment = at === null ? now : Math.min(now, Date.parse(at));
  const window = windowOf(zoom, moment, now, oldest, last.current);
  last.current = window;

  const ends = { oldest: Math.min(oldest, now), now };
  const told = (ms: number): string | null =>
    ms >= now - 30_000 ? null : new Date(Math.max(ends.oldest, ms)).toISOString();
  const momentAt = (event: PointerEvent): string | null => {
    const box = track.current?.getBoundingClientRect();
    if (!box || box.width === 0) return at;
    const part = Math.max(0, Math.min(1, (event.clientX - box.left) / box.width));
    const ms = window.from + part * (window.to - window.from);
    return part === 1 && window.to >= now ? null : told(Math.round(ms / 60_000) * 60_000);
  };
  const step = async (way: 'before' | 'after') => {
    const found =
      way === 'before'
        ? await previousDeployment(client, moment)
        : await nextDeployment(client, moment, outline?.days ?? []);
    if (found !== undefined) onAt(found);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === ',' || event.key === '.') {
      event.preventDefault();
      void step(event.key === ',' ? 'before' : 'after');
      return;
    }
    const to = movedMoment(moment, event, ends);
    if (to === null) return;
    event.preventDefault();
    onAt(told(to));
  };
  const part = (moment - window.from) / (window.to - window.from);
  return (
    <section className={classes.bar} aria-label="Time">
      <Tooltip label="Previous deployment (,)">
        <ActionIcon aria-label="Go to the previous deployment" onClick={() => void step('before')}>
          <IconPlayerSkipBack size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <div
        ref={track}
        className={classes.track}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          onDrag(momentAt(event));
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) onDrag(momentAt(event));
        }}
        onPointerUp={(event) => onAt(momentAt(event))}
        onPointerCancel={() => onAt(at)}
      >
        <Density window={window} zoom={zoom} days={outline?.days ?? []} />
        <div
          role="slider"
          tabIndex={0}
          aria-label="Time shown on the board"
          aria-valuemin={Math.round(ends.oldest / 60_000)}
          aria-valuemax={Math.round(now / 60_000)}
          aria-valuenow={Math.round(moment / 60_000)}
          aria-valuetext={at === null ? 'Now' : dateTime(at)}
          aria-keyshortcuts="ArrowLeft ArrowRight Shift+ArrowLeft Shift+ArrowRight , ."
          className={classes.thumb}
          style={{ left: `${100 * part}%` }}
          onKeyDown={onKeyDown}
        />
        <span className={classes.from} aria-hidden>
          {dateTime(new Date(window.from).toISOString())}
        </span>
        <span className={classes.to} aria-hidden>
          {window.to >= now ? 'now' : dateTime(new Date(window.to).toISOString())}
        </span>
      </div>
      <Tooltip label="Next deployment (.)">
        <ActionIcon aria-label="Go to the next deployment" onClick={() => void step('after')}>
          <IconPlayerSkipForward size={16} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <NativeSelect
        size="xs"
        w={90}
        aria-label="Time range of the slider"
        value={zoom}
        onChange={(event) => setZoom(event.currentTarget.value as Zoom)}
        data={zooms.map(({ value, label }) => ({ value, label }))}
      />
      <MomentField
        label="Show the board at"
        value={at ?? undefined}
        onChange={(typed) => onAt(typed === undefined ? null : told(Date.parse(typed)))}
      />
    </section>
  );
});

/** Deployments over the slider's time: by day where it spans months, each by itself where it spans a day or a week. */
function Density({
  window,
  zoom,
  days,
}: {
  window: Window;
  zoom: Zoom;
  days: Parameters<typeof binsOfDays>[0];
}) {
  const { ref, width } = useWidth(400);
  const near = zoom === 'day' || zoom === 'week';
  const times = useDeploymentTimes(window, near);
  const bars = Math.max(1, Math.floor(width / barWidth));
  const counts = useMemo(
    () => (near ? binsOfTimes(times, window, bars) : binsOfDays(days, window, bars)),
    [near, times, days, window, bars],
  );
  const most = Math.max(1, ...counts);
  const shape = counts
    .flatMap((value, index) => {
      // The square root keeps single deployments in sight beside a busy day.
      const height = value === 0 ? 0 : Math.max(2, Math.round(20 * Math.sqrt(value / most)));
      return height === 0 ? [] : [`M${index * barWidth} 22v-${height}h${barWidth - 1}v${height}z`];
    })
    .join('');
  return (
    <div ref={ref} className={classes.density} aria-hidden>
      <svg width="100%" height="22" aria-hidden>
        <path d={shape} fill="currentColor" />
      </svg>
    </div>
  );
}
