import { SegmentedControl } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import type { Board, Cell } from '../../../shared/domain/board';
import { Panel } from '../../ui/panel';
import { DeploymentTimeline } from '../../ui/timeline/deployment-timeline';

interface EnvironmentSectionProps {
  app: string;
  cells: readonly Cell[];
  environments: Board['environments'];
  environment: string;
  onEnvironment: (environment: string) => void;
}

/** One environment looked at closely: its newest deployment from the run that built it on. */
export function EnvironmentSection(props: EnvironmentSectionProps) {
  const { app, cells, environments, environment, onEnvironment } = props;
  const there = environments.filter(({ name }) => cells.some((cell) => cell.environment === name));
  return (
    <Panel
      title="Newest deployment"
      aside={
        <>
          <Link to="/logs/$environment/$app" params={{ environment, app }}>
            Logs of all pods
          </Link>
          <SegmentedControl
            aria-label="Environment looked at"
            value={environment}
            onChange={onEnvironment}
            data={there.map(({ name }) => name)}
          />
        </>
      }
    >
      <DeploymentTimeline key={environment} app={app} environment={environment} commit={null} />
    </Panel>
  );
}
