import { Progress } from '@mantine/core';
import type { HistoryStatus } from '../../../shared/domain/history/history-event';
import { count } from '../../../shared/domain/text/count';
import { useRetryHistory } from '../../data/history-queries';
import { FailurePanel } from '../finding/failure-panel';
import { dateTime, duration } from '../time/time';
import classes from './history-state.module.css';

const because: Record<NonNullable<HistoryStatus['beginning']>['reason'], string> = {
  root: '',
  shallow: 'The local copy is shallow: older history is only in the remote repo.',
  partial: 'The local copy is a partial clone: older history can’t be read here.',
  unfinished: 'Older history has not been loaded yet.',
};

/** What the history is doing, and where it begins when that is not where the repo does. */
export function HistoryState({ status }: { status: HistoryStatus }) {
  const { phase, progress, beginning, notice, failure } = status;
  const retry = useRetryHistory();
  const begins = beginning && phase !== 'indexing' && beginning.reason !== 'root' ? beginning : null;
  return (
    <>
      {(phase === 'indexing' || phase === 'opening') && <Indexing progress={progress} />}
      {failure && (
        <div className={classes.failure}>
          <FailurePanel failure={failure} onRetry={() => retry.mutate()} />
        </div>
      )}
      {begins && (
        <p className={classes.note} role="note">
          The history starts on {dateTime(begins.at)}. {because[begins.reason]}
        </p>
      )}
      {notice && (
        <p className={classes.note} role="note">
          {notice}
        </p>
      )}
    </>
  );
}

function Indexing({ progress }: Pick<HistoryStatus, 'progress'>) {
  const part = progress?.total ? (100 * progress.done) / progress.total : 0;
  const done = progress ? count(progress.done, 'commit') : '';
  const text = progress
    ? progress.total
      ? `Loading history, newest first: ${done} of about ${progress.total.toLocaleString('en-GB')}`
      : `Loading history, newest first: ${done}`
    : 'Opening history…';
  const left = progress?.msLeft ? `, about ${duration(progress.msLeft)} left` : '';
  return (
    <div className={classes.indexing}>
      <span>
        {text}
        {left}
      </span>
      <Progress value={part} size="xs" aria-label="Loading history" className={classes.bar ?? ''} />
    </div>
  );
}
