import type { FiguresRow } from '../../../shared/domain/history/history-event';
import { Panel } from '../../ui/layout/panel';
import { span } from '../../ui/time/time';
import { Definition, definitions } from './definitions';
import classes from './figures-screen.module.css';
import { periodText, shareRolledBack, shareText } from './periods';

const heads = ['deployments', 'leadTime', 'rolledBack', 'restore'] as const;

/** The same figures as the plots show, in numbers; the newest period first. */
export function PeriodTable({ rows, by }: { rows: readonly FiguresRow[]; by: 'day' | 'week' | 'month' }) {
  return (
    <Panel title="By period" className={classes.periods}>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">Period</th>
            {heads.map((name) => (
              <th key={name} scope="col">
                <span className={classes.heading}>
                  {definitions[name].title} <Definition of={name} />
                </span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.toReversed().map((row) => (
            <tr key={row.key}>
              <th scope="row">{periodText(row.key, by)}</th>
              <td>{row.deployments.toLocaleString('en-GB')}</td>
              <td>{pair(row.leadTime)}</td>
              <td>{shareText(shareRolledBack(row))}</td>
              <td>{pair(row.restore)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}

const pair = (one: FiguresRow['leadTime']): string =>
  one ? `${span(one.median)} (p90 ${span(one.p90)})` : '–';
