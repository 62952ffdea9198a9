import { Button } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck, IconCircleDashed } from '@tabler/icons-react';
import { newPodsReady, type Rollout, type RolloutPod } from '../../../shared/domain/rollout/rollout';
import { count } from '../../../shared/domain/text/count';
import { Mark } from '../layout/mark';
import { type LogChoice, podLog } from '../log/log-choice';
import { age } from '../time/time';
import { useNow } from '../time/use-now';
import { FailingPod } from './failing-pod';
import classes from './rollout-view.module.css';

interface RolloutViewProps {
  app: string;
  rollout: Rollout;
  environment: string;
  open: LogChoice | null;
  onLog: (log: LogChoice) => void;
}

const stateMark = {
  waiting: { icon: IconCircleDashed, tone: 'quiet', label: 'Waiting' },
  progressing: { icon: IconCircleDashed, tone: 'accent', label: 'Rolling out' },
  'terminating-old': { icon: IconCircleDashed, tone: 'accent', label: 'Terminating old pods' },
  done: { icon: IconCircleCheck, tone: 'ok', label: 'Done' },
  failed: { icon: IconAlertTriangle, tone: 'bad', label: 'Failed' },
} as const;

/** One Deployment, StatefulSet or DaemonSet: how far it is, the first failing pod's reason on top, old against new ReplicaSet, pods. */
export function RolloutView({ app, rollout, environment, open, onLog }: RolloutViewProps) {
  const failing = rollout.pods.find((pod) => pod.name === rollout.failingPod);
  return (
    <section className={classes.rollout} aria-label={`Rollout of ${rollout.deployment}`}>
      <header className={classes.head}>
        <h3>
          {rollout.deployment}
          {rollout.kind && <span className={classes.quiet}> {rollout.kind}</span>}
        </h3>
        <Mark {...stateMark[rollout.state]} />
        <span className={classes.message}>{rollout.message}</span>
      </header>
      {failing && (
        <FailingPod
          app={app}
          environment={environment}
          pod={failing}
          onLog={() => onLog(podLog(environment, rollout, failing))}
        />
      )}
      <div className={classes.numbers}>
        <Bar rollout={rollout} />
        {(['desired', 'updated', 'ready', 'available'] as const).map((name) => (
          <span key={name}>
            <strong>{rollout[name]}</strong> {name}
          </span>
        ))}
      </div>
      {rollout.replicaSets.map((set) => {
        const pods = rollout.pods.filter((pod) => pod.replicaSet === set.name);
        return (
          <div key={set.name} className={classes.set}>
            <p className={classes.setHead}>
              <span className={classes.kind}>{set.current ? 'New' : 'Old'}</span>
              <span className="mono">{imageTag(set.images[0])}</span>
              <span className={classes.quiet}>
                {set.ready} of {set.desired} ready · {set.name}
              </span>
            </p>
            {pods.length > 0 && (
              <ul aria-label={`Pods of ${set.name}`}>
                {pods.map((pod) => (
                  <Pod
                    key={pod.name}
                    pod={pod}
                    open={open?.name === pod.name}
                    onLog={() => onLog(podLog(environment, rollout, pod))}
                  />
                ))}
              </ul>
            )}
          </div>
        );
      })}
    </section>
  );
}

const imageTag = (image: string | undefined): string => image?.split('@')[0]?.split('/').at(-1) ?? 'no image';

/** How far it is, in one bar: available, updated but not available yet, still to come. */
function Bar({ rollout }: { rollout: Rollout }) {
  const { desired, updated } = rollout;
  const share = (value: number): string => `${desired === 0 ? 0 : Math.min(100, (value / desired) * 100)}%`;
  const done = newPodsReady(rollout);
  return (
    <span
      className={classes.bar}
      role="img"
      aria-label={`${done} of ${count(desired, 'pod')} run the newest revision`}
    >
      <span className={classes.updated} style={{ width: share(updated) }} />
      <span className={classes.available} style={{ width: share(done) }} />
    </span>
  );
}

function Pod({ pod, open, onLog }: { pod: RolloutPod; open: boolean; onLog: () => void }) {
  const now = useNow('calm');
  return (
    <li className={classes.pod}>
      {pod.reason ? (
        <Mark icon={IconAlertTriangle} tone="bad" label={pod.reason} />
      ) : pod.ready ? (
        <Mark icon={IconCircleCheck} tone="ok" label="Ready" />
      ) : (
        <Mark icon={IconCircleDashed} tone="accent" label={pod.phase} />
      )}
      <span className={`${classes.podName} mono`} title={pod.name}>
        {pod.name}
      </span>
      <span className={classes.quiet}>{pod.restarts > 0 ? count(pod.restarts, 'restart') : ''}</span>
      <span className={classes.podAge}>{pod.startedAt ? age(pod.startedAt, now) : ''}</span>
      <Button
        variant={open ? 'light' : 'default'}
        size="compact-xs"
        aria-pressed={open}
        aria-label={`Log of ${pod.name}`}
        onClick={onLog}
      >
        Log
      </Button>
    </li>
  );
}
