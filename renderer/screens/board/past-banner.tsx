import { Button } from '@mantine/core';
import { IconHistory } from '@tabler/icons-react';
import type { Failure } from '../../../shared/domain/failure/failure';
import { dateTime, fullTime } from '../../ui/time/time';
import { TimedText } from '../../ui/time/timed-text';
import classes from './board-screen.module.css';

interface PastBannerProps {
  at: string;
  failure: Failure | null;
  onNow: () => void;
}

/** Says that the board shows the past, and leads back. */
export function PastBanner({ at, failure, onNow }: PastBannerProps) {
  return (
    <div className={classes.past} role="note">
      <IconHistory size={16} aria-hidden />
      <span>
        {failure ? (
          <TimedText text={`${failure.message} ${failure.meaning}`} />
        ) : (
          <>
            You are viewing the past: the board on <strong title={fullTime(at)}>{dateTime(at)}</strong>.
            Actions are disabled.
          </>
        )}
      </span>
      <Button variant="default" size="compact-xs" onClick={onNow}>
        Back to now
      </Button>
    </div>
  );
}
