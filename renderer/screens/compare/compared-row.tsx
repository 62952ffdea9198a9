import { IconChevronDown, IconChevronRight } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useId, useState } from 'react';
import type { ComparedCell, HistoricCell } from '../../../shared/domain/history/history-event';
import { useChange } from '../../data/queries';
import { ChangeSummary, ChangeView } from '../../ui/change/change-view';
import { VersionLink } from '../../ui/change/version-link';
import { dateTime } from '../../ui/time/time';
import classes from './compare-screen.module.css';

interface ComparedRowProps {
  row: ComparedCell;
  byEnvironment: boolean;
  /** Whether what lies between the versions is asked for at once, and not only when somebody wants to see it. */
  atOnce: boolean;
}

/** One app on both sides, with the commits, pull requests and migrations that lie between its versions. */
export function ComparedRow({ row, byEnvironment, atOnce }: ComparedRowProps) {
  const { app, left, right } = row;
  const environment = (left ?? right)?.environment ?? '';
  const [open, setOpen] = useState(false);
  const id = useId();
  const versions = versionsOf(row);
  return (
    <>
      <tr>
        <th scope="row">
          <Link to="/apps/$app" params={{ app }}>
            {app}
          </Link>
        </th>
        {!byEnvironment && <td>{environment}</td>}
        <td>
          <Side cell={left} />
        </td>
        <td>
          <Side cell={right} />
        </td>
        <td className={classes.quiet}>
          <div className={classes.difference}>
            {versions && (
              <button
                type="button"
                className={classes.toggle}
                aria-expanded={open}
                aria-controls={id}
                onClick={() => setOpen((now) => !now)}
              >
                {open ? (
                  <IconChevronDown size={14} aria-hidden />
                ) : (
                  <IconChevronRight size={14} aria-hidden />
                )}
                <span className="visually-hidden">{app}: </span>
                {atOnce || open ? <Summary app={app} {...versions} /> : 'Show changes'}
              </button>
            )}
            <span>{settings(row).join(', ')}</span>
          </div>
        </td>
      </tr>
      {open && versions && (
        <tr id={id}>
          <td colSpan={byEnvironment ? 4 : 5} className={classes.changes}>
            <h3 className="visually-hidden">Changes of {app}</h3>
            <Changes app={app} {...versions} />
          </td>
        </tr>
      )}
    </>
  );
}

interface Between {
  from: string;
  to: string;
}

/**
 * From which version to which one the difference is told: as time went on where both sides are the same environment, else
 * what the left one has that the right one has not. `null`: there are no two versions.
 */
function versionsOf({ left, right }: ComparedCell): Between | null {
  if (!left?.version || !right?.version || left.version === right.version) return null;
  return left.environment === right.environment
    ? { from: left.version, to: right.version }
    : { from: right.version, to: left.version };
}

function Summary({ app, from, to }: Between & { app: string }) {
  const change = useChange(app, from, to);
  if (change.data) return <ChangeSummary change={change.data} />;
  return change.error ? `Differences not known: ${change.error.failure.message}` : 'Loading changes…';
}

function Changes({ app, from, to }: Between & { app: string }) {
  const change = useChange(app, from, to);
  return change.data ? (
    <ChangeView change={change.data} onRetry={() => void change.refetch()} busy={change.isFetching} />
  ) : null;
}

function Side({ cell }: { cell: HistoricCell | null }) {
  if (!cell) return <span className={classes.quiet}>not deployed</span>;
  return (
    <>
      <VersionLink app={cell.app} value={cell.version} strong />
      {cell.deployment && <span className={classes.quiet}> since {dateTime(cell.deployment.at)}</span>}
    </>
  );
}

/** What differs besides the versions, in words. */
function settings({ left, right }: ComparedCell): string[] {
  if (!left || !right) return [left ? 'only on the left' : 'only on the right'];
  const switched = (name: string, a: boolean | null, b: boolean | null): string[] =>
    a === b ? [] : [`${name} ${word(a)} → ${word(b)}`];
  const isVersion = left.version !== right.version && versionsOf({ app: left.app, left, right }) === null;
  return [
    ...(isVersion ? ['version'] : []),
    ...switched('automatic deploys', left.automaticDeploys, right.automaticDeploys),
    ...switched('promotion', left.promote, right.promote),
  ];
}

const word = (value: boolean | null): string => (value === null ? 'not set' : value ? 'on' : 'off');
