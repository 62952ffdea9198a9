import { Link } from '@tanstack/react-router';
import type { FiguresRow } from '../../../shared/domain/history/history-event';
import { SortHeading } from '../../ui/layout/sort-heading';
import { useSorted } from '../../ui/layout/use-sorted';
import { span } from '../../ui/time/time';
import classes from './figures-screen.module.css';
import { shareRolledBack, shareText } from './periods';

const values = {
  app: (row: FiguresRow) => row.key,
  deployments: (row: FiguresRow) => row.deployments,
  median: (row: FiguresRow) => row.leadTime?.median ?? null,
  p90: (row: FiguresRow) => row.leadTime?.p90 ?? null,
  rolledBack: shareRolledBack,
  restore: (row: FiguresRow) => row.restore?.median ?? null,
};
const columns = [
  { name: 'app', label: 'App' },
  { name: 'deployments', label: 'Deployments' },
  { name: 'median', label: 'Lead time, median' },
  { name: 'p90', label: 'Lead time, p90' },
  { name: 'rolledBack', label: 'Rolled back' },
  { name: 'restore', label: 'Time to restore' },
] as const;

interface AppTableProps {
  rows: readonly FiguresRow[];
  chosen: string | undefined;
  onApp: (app: string) => void;
}

/** The figures of every app, in the order of any of them. */
export function AppTable({ rows, chosen, onApp }: AppTableProps) {
  const { sorted, sorting } = useSorted(rows, values, { column: 'deployments', descending: true });
  if (rows.length === 0) return <p className={classes.note}>No deployments in this period.</p>;
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          {columns.map(({ name, label }) => (
            <SortHeading key={name} column={name} label={label} sorting={sorting} number={name !== 'app'} />
          ))}
          <th scope="col">
            <span className="visually-hidden">Open app</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {sorted.map((row) => (
          <tr key={row.key} data-chosen={row.key === chosen || undefined}>
            <th scope="row">
              <button type="button" className={classes.pick} onClick={() => onApp(row.key)}>
                {row.key}
              </button>
            </th>
            <td>{row.deployments.toLocaleString('en-GB')}</td>
            <td>{row.leadTime ? span(row.leadTime.median) : '–'}</td>
            <td>{row.leadTime ? span(row.leadTime.p90) : '–'}</td>
            <td>{shareText(shareRolledBack(row))}</td>
            <td>{row.restore ? span(row.restore.median) : '–'}</td>
            <td>
              <Link to="/apps/$app" params={{ app: row.key }}>
                Open<span className="visually-hidden"> {row.key}</span>
              </Link>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
