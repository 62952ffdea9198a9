import type { Comparison } from '../../../shared/domain/bags/view';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { count } from '../../../shared/domain/text/count';
import { listText } from '../../../shared/domain/text/list-text';
import { ExternalLink } from '../text/external-link';
import { Age } from './change-view';
import classes from './comparison-view.module.css';

/**
 * What differs service by service: changed, new and removed ones in sight, unchanged ones folded; migrations first,
 * since they are never rolled back. `back`: the second side is the older one.
 */
export function ComparisonView({ comparison, back = false }: { comparison: Comparison; back?: boolean }) {
  const { changed, added, removed, unchanged } = comparison;
  const migrations = changed.flatMap(({ service, migrations }) =>
    (migrations ?? []).map((migration) => ({ service, migration })),
  );
  const unsure = changed.filter(({ migrations }) => migrations === null);
  const kept = changed.flatMap(({ service, asOf }) => (asOf === undefined ? [] : [{ service, asOf }]));
  const [oldest] = kept.map(({ asOf }) => asOf).sort();
  const differs = changed.length + added.length + removed.length;
  return (
    <div className={classes.view}>
      {migrations.length > 0 && (
        <section className={classes.migrations}>
          <h4>
            {count(migrations.length, 'migration')} {back ? 'that will not be undone' : 'to run'}
          </h4>
          <ul>
            {migrations.map(({ service, migration }) => (
              <li key={`${service} ${migration}`}>
                <span>{service}</span> <code>{migration}</code>
              </li>
            ))}
          </ul>
        </section>
      )}
      {unsure.length > 0 && (
        <p className={classes.unsure}>
          Can’t tell whether there are migrations for {unsure.map(({ service }) => service).join(', ')}
          {unsure[0]?.because ? `: ${unsure[0].because}` : '.'}
        </p>
      )}
      {oldest !== undefined && (
        <p className={classes.same}>
          Commits and migrations of{' '}
          {listText(
            kept.map(({ service }) => service),
            3,
          )}{' '}
          are <Age asOf={oldest} />.
        </p>
      )}
      {differs === 0 ? (
        <p className={classes.same}>No differences.</p>
      ) : (
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Service</th>
              <th scope="col">Change</th>
              <th scope="col">From</th>
              <th scope="col">To</th>
              <th scope="col" className={classes.number}>
                Commits
              </th>
            </tr>
          </thead>
          <tbody>
            {changed.map(({ service, from, to, commits, url }) => (
              <tr key={service}>
                <th scope="row">{service}</th>
                <td>changed</td>
                <td className="mono">{shortVersion(from)}</td>
                <td className="mono">{shortVersion(to)}</td>
                <td className={classes.number}>
                  {url ? (
                    <ExternalLink url={url}>{commits === null ? 'compare' : String(commits)}</ExternalLink>
                  ) : (
                    (commits ?? 'unknown')
                  )}
                </td>
              </tr>
            ))}
            {added.map(({ service, to }) => (
              <tr key={service}>
                <th scope="row">{service}</th>
                <td>new</td>
                <td>–</td>
                <td className="mono">{shortVersion(to)}</td>
                <td />
              </tr>
            ))}
            {removed.map(({ service, from }) => (
              <tr key={service}>
                <th scope="row">{service}</th>
                <td>removed</td>
                <td className="mono">{shortVersion(from)}</td>
                <td>–</td>
                <td />
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {unchanged.length > 0 && (
        <details className={classes.fold}>
          <summary>{count(unchanged.length, 'service')} unchanged</summary>
          <ul>
            {unchanged.map(({ service, version }) => (
              <li key={service}>
                {service} <code>{shortVersion(version)}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}
