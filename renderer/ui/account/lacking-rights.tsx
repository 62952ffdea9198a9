import type { ConnectionReport } from '../../../shared/domain/estate/connection-report';
import classes from './lacking-rights.module.css';

/** The rights that a test of a connection found missing, and who grants each. */
export function LackingRights({ lacks }: Pick<ConnectionReport, 'lacks'>) {
  if (lacks.length === 0) return null;
  const granters = [...new Set(lacks.map(({ grantedBy }) => grantedBy))];
  return (
    <ul className={classes.list} aria-label="Missing rights">
      {granters.map((granter) => (
        <li key={granter}>
          Missing:{' '}
          {lacks
            .filter(({ grantedBy }) => grantedBy === granter)
            .map(({ right }) => right)
            .join('; ')}
          . Granted by {granter}.
        </li>
      ))}
    </ul>
  );
}
