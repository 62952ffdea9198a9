import { Link } from '@tanstack/react-router';
import { useDeferredValue, useMemo } from 'react';
import { promotable } from '../../../shared/domain/batch/batch-candidates';
import type { Board } from '../../../shared/domain/board/board';
import { count } from '../../../shared/domain/text/count';
import { useNow } from '../../ui/time/use-now';
import classes from './inspector.module.css';

/** How many apps could go to each environment, and the way to look at them together. */
export function ReadyList({ board: newest }: { board: Board }) {
  // Counted when there is time for it: not before the grid shows what changed.
  const board = useDeferredValue(newest);
  const now = useNow('calm');
  const counts = useMemo(
    () =>
      board.environments.toReversed().flatMap((environment) => {
        // Bags travel whole.
        if (environment.before === null || environment.pipeline?.kind === 'bags') return [];
        const candidates = promotable(board, environment, now);
        const ready = candidates.filter((one) => one.ready).length;
        return [{ name: environment.name, all: candidates.length, ready }];
      }),
    [board, now],
  );
  if (counts.length === 0 || board.commit === null) return null;
  return (
    <section className={classes.section} aria-label="Ready to promote">
      <h3>Ready to promote</h3>
      {counts.map(({ name, all, ready }) => (
        <div key={name} className={classes.line}>
          {all > 0 ? (
            <Link to="/batch/$environment" params={{ environment: name }}>
              Ready for {name}
            </Link>
          ) : (
            <span>{name}</span>
          )}
          <span className={classes.small}>
            {all === 0 ? 'nothing waits' : `${ready} of ${count(all, 'app')}`}
          </span>
        </div>
      ))}
    </section>
  );
}
