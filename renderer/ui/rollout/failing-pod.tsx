import { Button } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { plain } from '../../../shared/domain/log/log-text';
import type { PodEvent } from '../../../shared/domain/rollout/pod-trouble';
import type { RolloutPod } from '../../../shared/domain/rollout/rollout';
import { count } from '../../../shared/domain/text/count';
import { useFailingPod } from '../../data/argo-queries';
import { ago, fullTime } from '../time/time';
import { useNow } from '../time/use-now';
import classes from './rollout-view.module.css';

interface FailingPodProps {
  app: string;
  environment: string;
  pod: RolloutPod;
  onLog: () => void;
}

/** Events and log lines that are shown at once. */
const shownEvents = 3;
const shownLines = 8;

/** The first failing pod: its reason, how it ended last, its events, and the last lines that it wrote. */
export function FailingPod({ app, environment, pod, onLog }: FailingPodProps) {
  const now = useNow('calm');
  const told = useFailingPod(app, environment, true).data?.pod ?? null;
  const more = told?.pod.name === pod.name ? told : null;
  const ended = pod.lastTermination;
  return (
    <div className={classes.failing} role="alert">
      <IconAlertTriangle size={16} aria-hidden />
      <div>
        <p>
          <strong>{pod.reason}</strong> <span className="mono">{pod.name}</span>
        </p>
        {pod.message && <p className={classes.detail}>{pod.message}</p>}
        {ended && (
          <p className={classes.detail}>
            {ended.container} ended with exit code {ended.exitCode}
            {ended.reason && ` (${ended.reason})`}
            {ended.finishedAt && (
              <span title={fullTime(ended.finishedAt)}>, {ago(ended.finishedAt, now)}</span>
            )}
            , {count(pod.restarts, 'restart')}
          </p>
        )}
      </div>
      <Button variant="default" aria-label={`Log of failing pod ${pod.name}`} onClick={onLog}>
        Log
      </Button>
      {more && (
        // What a person reads, not what is announced: the lines change while one reads.
        <div className={classes.trouble} aria-live="off">
          {more.log.lines.length > 0 ? (
            // biome-ignore lint/a11y/useSemanticElements: a figure would be announced as one; this is a group of lines
            <div role="group" aria-label={`Last lines of ${more.log.container}`} className={classes.lines}>
              {more.log.lines
                .slice(-shownLines)
                .map(({ text }) => plain(text).slice(0, 300))
                .join('\n')}
            </div>
          ) : (
            <p className={classes.detail}>
              {more.log.unknown ?? `${more.log.container} wrote no log lines.`}
            </p>
          )}
          <Events events={more.events} unknown={more.eventsUnknown} />
        </div>
      )}
    </div>
  );
}

function Events({ events, unknown }: { events: readonly PodEvent[]; unknown: string | null }) {
  const now = useNow('calm');
  if (unknown) return <p className={classes.detail}>Events: {unknown}</p>;
  if (events.length === 0) return <p className={classes.detail}>No known events for this pod.</p>;
  return (
    <ul aria-label="Pod events" className={classes.events}>
      {events.slice(0, shownEvents).map((event) => (
        <li key={`${event.at}${event.reason}${event.message}`} className={classes.detail}>
          <span className={classes.eventReason}>{event.reason}</span> {event.message}
          {event.count > 1 && `, ${count(event.count, 'time')}`}
          {event.at && <span title={fullTime(event.at)}>, {ago(event.at, now)}</span>}
        </li>
      ))}
    </ul>
  );
}
