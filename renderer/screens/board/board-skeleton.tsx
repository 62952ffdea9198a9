import { Skeleton } from '@mantine/core';
import classes from './board-skeleton.module.css';

/** The board's shape while it is read, in the same places. */
export function BoardSkeleton() {
  return (
    <div className={classes.screen} role="status" aria-label="The board is being read">
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
