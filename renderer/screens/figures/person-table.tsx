import { Link } from '@tanstack/react-router';
import type { FiguresRow } from '../../../shared/domain/history/history-event';
import { SortHeading } from '../../ui/layout/sort-heading';
import { useSorted } from '../../ui/layout/use-sorted';
import { span } from '../../ui/time/time';
import classes from './figures-screen.module.css';
import { shareRolledBack, shareText } from './periods';

const values = {
  person: (row: FiguresRow) => row.key,
  deployments: (row: FiguresRow) => row.deployments,
  rolledBack: shareRolledBack,
  restore: (row: FiguresRow) => row.restore?.median ?? null,
};
const columns = [
  { name: 'person', label: 'Person' },
  { name: 'deployments', label: 'Deployments' },
  { name: 'rolledBack', label: 'Rolled back' },
  { name: 'restore', label: 'Time to restore' },
] as const;

interface PersonTableProps {
  rows: readonly FiguresRow[];
  /** What else the deployments of a row are found by. */
  search: { environment: string[]; app?: string[]; since: string };
}

/** Who deployed how often: the person who started it where that is known, else the commit's author. */
export function PersonTable({ rows, search }: PersonTableProps) {
  const { sorted, sorting } = useSorted(rows, values, { column: 'deployments', descending: true });
  if (rows.length === 0) return <p className={classes.note}>No deployments in this period.</p>;
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          {columns.map(({ name, label }) => (
            <SortHeading
              key={name}
              column={name}
              label={label}
              sorting={sorting}
              number={name !== 'person'}
            />
          ))}
        </tr>
      </thead>
      <tbody>
        {sorted.map((row) => (
          <tr key={row.key}>
            <th scope="row">
              <Link to="/history" search={{ ...search, event: ['deployment'], by: [row.key] }}>
                {row.key}
              </Link>
            </th>
            <td>{row.deployments.toLocaleString('en-GB')}</td>
            <td>{shareText(shareRolledBack(row))}</td>
            <td>{row.restore ? span(row.restore.median) : '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
