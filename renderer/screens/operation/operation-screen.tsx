import { Button } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { type AppIntent, hasStep, isAppIntent } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import { useApplications } from '../../data/argo-queries';
import { useBoard, useOperation, useRollout } from '../../data/queries';
import { ApplicationPanel } from '../../ui/argo/application-panel';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Panel } from '../../ui/layout/panel';
import { isSheetKind, openSheet } from '../../ui/layout/ui-state';
import { type LogChoice, renewed, suggested } from '../../ui/log/log-choice';
import { RolloutPanel } from '../../ui/rollout/rollout-panel';
import { DeploymentTimeline } from '../../ui/timeline/deployment-timeline';
import { BagOperation } from './bag-operation';
import { BatchOperation } from './batch-operation';
import { OperationLayout } from './operation-layout';
import classes from './operation-screen.module.css';
import { RunPanel } from './run-panel';
import { useOwnWorkflows } from './use-own-workflows';
import { WorkflowPanel } from './workflow-panel';

const route = getRouteApi('/operations/$operationId');

/** One operation from intent to outcome: its steps, the rollout, the tests and their logs, live. */
export function OperationScreen() {
  const { operationId } = route.useParams();
  const operation = useOperation(operationId);
  if (operation.data) {
    const { intent } = operation.data;
    if (intent.kind === 'batch')
      return <BatchOperation key={operationId} operation={operation.data} intent={intent} />;
    return isAppIntent(intent) ? (
      <AppOperation key={operationId} operation={operation.data} intent={intent} />
    ) : (
      <BagOperation key={operationId} operation={operation.data} />
    );
  }
  return (
    <div className={classes.fault}>
      {operation.error ? (
        <FailurePanel failure={operation.error.failure} onRetry={() => void operation.refetch()} />
      ) : (
        <p role="status">Loading the operation…</p>
      )}
    </div>
  );
}

function AppOperation({ operation, intent }: { operation: Operation; intent: AppIntent }) {
  const { app, environment } = intent;
  const deploys = hasStep(intent, 'rollout');
  const rollout = useRollout(app, environment, deploys);
  const production =
    useBoard().data?.environments.some(({ name, tier }) => name === environment && tier === 'production') ??
    false;
  const workflows = useOwnWorkflows(operation);
  const hooks = useApplications(app, environment, deploys).data?.hookJobs ?? [];
  const [chosen, setChosen] = useState<LogChoice | null>(null);
  const rollouts = rollout.data?.rollouts ?? [];
  const log = chosen
    ? renewed(chosen, environment, rollouts, workflows, hooks)
    : suggested(environment, rollouts, workflows);
  return (
    <OperationLayout
      operation={operation}
      remedy={<LookAgain operation={operation} intent={intent} />}
      log={log}
    >
      <RunPanel operation={operation} environment={environment} open={log} onLog={setChosen} />
      {deploys && operation.commit && (
        <Panel title="Timeline">
          <DeploymentTimeline app={app} environment={environment} commit={operation.commit} />
        </Panel>
      )}
      {deploys && (
        <RolloutPanel
          app={app}
          environment={environment}
          version={'version' in intent ? intent.version : null}
          rollout={rollout}
          open={log}
          onLog={setChosen}
        />
      )}
      <WorkflowPanel title="Tests and workflows" workflows={workflows} open={log} onLog={setChosen} />
      {deploys && (
        <ApplicationPanel
          app={app}
          environment={environment}
          production={production}
          open={log}
          onLog={setChosen}
        />
      )}
    </OperationLayout>
  );
}

/** Where an operation stopped because the world moved or asked for a look: the same again, after a fresh look. */
function LookAgain({ operation, intent }: { operation: Operation; intent: AppIntent }) {
  const { state, commit } = operation;
  const { kind } = intent;
  if (state === 'running' || state === 'succeeded' || commit !== null || !isSheetKind(kind)) return null;
  return (
    <Button
      mt="xs"
      variant="default"
      onClick={() =>
        openSheet({
          kind,
          app: intent.app,
          environment: intent.environment,
          ...('version' in intent ? { version: intent.version } : {}),
          ...('from' in intent ? { from: intent.from } : {}),
        })
      }
    >
      Review again…
    </Button>
  );
}
