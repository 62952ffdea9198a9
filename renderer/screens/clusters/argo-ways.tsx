import { argoSystemNames } from '../../../shared/domain/estate/argo-servers';
import type { ClusterDoor } from '../../../shared/domain/rollout/cluster-status';
import { doorText, otherWays } from '../../../shared/domain/rollout/door-words';
import { Fact } from '../../ui/layout/fact';
import { clock, fullTime } from '../../ui/time/time';
import { TimedText } from '../../ui/time/timed-text';
import { useNow } from '../../ui/time/use-now';
import classes from './clusters-screen.module.css';

/** By which way Argo is seen in an environment, since when, and why the other way shows nothing. */
export function ArgoWays({ doors }: { doors: readonly ClusterDoor[] }) {
  const now = useNow('calm');
  return doors.map((door) => {
    const text = doorText(door);
    return (
      <Fact key={door.system} name={argoSystemNames[door.system]}>
        {`${text.charAt(0).toUpperCase()}${text.slice(1)}`}{' '}
        {door.since !== null && door.ways.some(({ state }) => state === 'used') && (
          <span className={classes.quiet} title={fullTime(door.since)}>
            since {clock(door.since, now)}
          </span>
        )}
        {otherWays(door).map((said) => (
          <p key={said} className={classes.quiet}>
            <TimedText text={said} />
          </p>
        ))}
      </Fact>
    );
  });
}
