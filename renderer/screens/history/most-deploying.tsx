import type { FeedOutline } from '../../../shared/domain/history/history-event';
import classes from './most-deploying.module.css';

interface MostDeployingProps {
  people: NonNullable<FeedOutline['people']>;
  /** Whose events alone are shown. */
  picked: readonly string[];
  onPick: (name: string) => void;
}

/** Who deployed most under the filter, each the way to their events; its place is kept while that is counted. */
export function MostDeploying({ people, picked, onPick }: MostDeployingProps) {
  return (
    <p className={classes.people}>
      {people.length > 0 && <span>Most deployments:</span>}
      {people.map(({ name, deployments }) => (
        <button
          key={name}
          type="button"
          aria-pressed={picked.includes(name)}
          aria-label={`${name} ${deployments}: only their events`}
          onClick={() => onPick(name)}
        >
          {name} <span>{deployments.toLocaleString('en-GB')}</span>
        </button>
      ))}
    </p>
  );
}
