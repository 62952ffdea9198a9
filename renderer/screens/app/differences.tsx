import type { Cell, EnvironmentView } from '../../../shared/domain/board/board';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { useChange } from '../../data/queries';
import { ChangeSummary, ChangeView } from '../../ui/change/change-view';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Panel } from '../../ui/layout/panel';
import classes from './differences.module.css';

interface DifferencesProps {
  app: string;
  cells: readonly Cell[];
  environments: readonly EnvironmentView[];
}

/** What differs between neighbours of the chain: what a promotion would bring. */
export function Differences({ app, cells, environments }: DifferencesProps) {
  const version = (environment: string) =>
    cells.find((cell) => cell.environment === environment)?.ledger?.version ?? null;
  const steps = environments.filter((each) => each.before !== null);
  return (
    <Panel title="Differences between environments">
      {steps.length === 0 && <p className={classes.note}>This pipeline has only one environment.</p>}
      {steps.map(({ name, before }) => (
        <Difference
          key={name}
          app={app}
          into={name}
          from={before ?? ''}
          there={version(name)}
          incoming={version(before ?? '')}
        />
      ))}
    </Panel>
  );
}

interface DifferenceProps {
  app: string;
  into: string;
  from: string;
  there: string | null;
  incoming: string | null;
}

function Difference({ app, into, from, there, incoming }: DifferenceProps) {
  const change = useChange(app, there, incoming);
  const same = there !== null && there === incoming;
  const summary = same ? (
    'Same version'
  ) : there === null || incoming === null ? (
    'Not deployed in both environments'
  ) : change.data ? (
    <ChangeSummary change={change.data} />
  ) : change.error ? (
    'Could not load the differences'
  ) : (
    'Loading commits…'
  );
  return (
    <details className={classes.step}>
      <summary>
        <span className={classes.pair}>
          {from} → {into}
        </span>
        <span className={classes.summary}>{summary}</span>
      </summary>
      <div className={classes.body}>
        {!same && there && incoming && (
          <p className={classes.versions}>
            <span className="mono">{shortVersion(there)}</span> in {into},{' '}
            <span className="mono">{shortVersion(incoming)}</span> in {from}
          </p>
        )}
        {change.data && !same && (
          <ChangeView change={change.data} onRetry={() => void change.refetch()} busy={change.isFetching} />
        )}
        {change.error && (
          <FailurePanel failure={change.error.failure} onRetry={() => void change.refetch()} />
        )}
        {same && <p className={classes.versions}>Nothing to promote.</p>}
      </div>
    </details>
  );
}
