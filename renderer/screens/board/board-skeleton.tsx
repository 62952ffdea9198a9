import { Skeleton } from '@mantine/core';
import { useEffect, useState } from 'react';
import classes from './board-skeleton.module.css';

/** After how many milliseconds it is told what is waited for. */
const untilTold = 4_000;

/** The board's shape while it is read, in the same places; and when that takes long, what is waited for. */
export function BoardSkeleton() {
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsLate(true), untilTold);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div className={classes.screen} role="status" aria-label="Loading the board">
      {isLate && (
        <p className={classes.late}>
          Still opening the estate: reading the estate file and the local copy of the release repo. If this
          continues, close Signalbox and check its log.
        </p>
      )}
      <div className={classes.bar} />
      {Array.from({ length: 12 }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they never move
        <div key={index} className={classes.row}>
          <Skeleton height={10} width={120} />
          <Skeleton height={10} width={150} />
          <Skeleton height={10} width={150} />
          <Skeleton height={10} width={150} />
        </div>
      ))}
    </div>
  );
}
