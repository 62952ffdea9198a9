import { SegmentedControl } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { Board, Cell } from '../../../shared/domain/board/board';
import { useApplications } from '../../data/argo-queries';
import { useRollout } from '../../data/queries';
import { ApplicationPanel } from '../../ui/argo/application-panel';
import { FreezeNotes } from '../../ui/freeze/freeze-note';
import { Panel } from '../../ui/layout/panel';
import { type LogChoice, renewed } from '../../ui/log/log-choice';
import { LogViewer } from '../../ui/log/log-viewer';
import { DeploymentRail } from '../../ui/rail/deployment-rail';
import { RolloutPanel } from '../../ui/rollout/rollout-panel';
import classes from './environment-section.module.css';

interface EnvironmentSectionProps {
  app: string;
  cells: readonly Cell[];
  environments: Board['environments'];
  environment: string;
  /** Comes into sight, with the focus on the rollout: who asks why pods fail wants to read nothing else first. */
  inSight: boolean;
  onEnvironment: (environment: string) => void;
}

/**
 * One environment looked at closely: its newest deployment from the run that built it on, the rollout with its first
 * failing pod on top, and what Argo CD says.
 */
export function EnvironmentSection(props: EnvironmentSectionProps) {
  const { app, cells, environments, environment, inSight, onEnvironment } = props;
  const there = environments.filter(({ name }) => cells.some((cell) => cell.environment === name));
  return (
    <div className={classes.section}>
      <FreezeNotes place={{ environment, apps: [app] }} />
      <Panel
        title="Newest deployment"
        aside={
          <>
            <Link to="/logs/$environment/$app" params={{ environment, app }}>
              Logs of all pods
            </Link>
            <SegmentedControl
              aria-label="Environment shown"
              value={environment}
              onChange={onEnvironment}
              data={there.map(({ name }) => name)}
            />
          </>
        }
      >
        <DeploymentRail key={environment} app={app} environment={environment} commit={null} />
      </Panel>
      <Looked
        key={environment}
        app={app}
        environment={environment}
        version={cells.find((cell) => cell.environment === environment)?.ledger?.version ?? null}
        inSight={inSight}
        production={environments.some(({ name, tier }) => name === environment && tier === 'production')}
      />
    </div>
  );
}

/** Rollout and Argo CD side by side, and below them the log that was opened. */
function Looked(props: {
  app: string;
  environment: string;
  version: string | null;
  production: boolean;
  inSight: boolean;
}) {
  const { app, environment, version, production, inSight } = props;
  const place = useRef<HTMLDivElement>(null);
  const rollout = useRollout(app, environment);
  // Once more when it has its height.
  const loaded = rollout.data !== undefined;
  useEffect(() => {
    if (!inSight || !loaded) return;
    place.current?.scrollIntoView({ block: 'start' });
    place.current?.focus({ preventScroll: true });
  }, [inSight, loaded]);
  const hooks = useApplications(app, environment).data?.hookJobs ?? [];
  const [chosen, setChosen] = useState<LogChoice | null>(null);
  const log = chosen && renewed(chosen, environment, rollout.data?.rollouts ?? [], [], hooks);
  return (
    <>
      <div ref={place} tabIndex={-1} className={classes.columns}>
        <RolloutPanel
          app={app}
          environment={environment}
          version={version}
          rollout={rollout}
          open={log}
          onLog={setChosen}
        />
        <ApplicationPanel
          app={app}
          environment={environment}
          production={production}
          open={log}
          onLog={setChosen}
        />
      </div>
      {log && (
        <section className={classes.log} aria-label="Log">
          <LogViewer key={log.name} name={log.name} sources={log.sources} />
        </section>
      )}
    </>
  );
}
