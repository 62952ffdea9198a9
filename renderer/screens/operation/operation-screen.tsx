import { Button } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { needsAttention } from '../../../shared/domain/attention/attention-reason';
import { afterwards } from '../../../shared/domain/operation/afterwards';
import { type AppIntent, hasStep, isAppIntent } from '../../../shared/domain/operation/intent';
import type { Operation } from '../../../shared/domain/operation/operation';
import { railOf } from '../../../shared/domain/timeline/rail';
import { useApplications } from '../../data/argo-queries';
import { useBoard, useCell, useOperation, useRollout } from '../../data/queries';
import { useTimeline } from '../../data/timeline-queries';
import { RollbackButton } from '../../ui/action/rollback-button';
import { ApplicationPanel } from '../../ui/argo/application-panel';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Panel } from '../../ui/layout/panel';
import { isSheetKind, openSheet } from '../../ui/layout/ui-state';
import { type LogChoice, renewed, suggested } from '../../ui/log/log-choice';
import { RailTarget, TimesAndSources } from '../../ui/rail/deployment-rail';
import { Rail } from '../../ui/rail/rail';
import { RolloutPanel } from '../../ui/rollout/rollout-panel';
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
  const { commit } = operation;
  const asked = useTimeline(app, environment, commit, deploys && commit !== null);
  // Of another commit while its own is on the way.
  const timeline = commit !== null && asked.data?.commit === commit ? asked.data : null;
  const lines = railOf(operation, timeline);
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
      rail={
        <>
          <Rail label="Steps" lines={lines} />
          {timeline && <RailTarget timeline={timeline} />}
        </>
      }
      remedy={<Remedy operation={operation} intent={intent} />}
      log={log}
    >
      <RunPanel operation={operation} environment={environment} open={log} onLog={setChosen} />
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
      {timeline && (
        <Panel title="Times">
          <TimesAndSources lines={lines} />
        </Panel>
      )}
    </OperationLayout>
  );
}

/** What the failure's text names: back, where it changed something; the same again after a fresh look, where it did not. */
function Remedy({ operation, intent }: { operation: Operation; intent: AppIntent }) {
  const cell = useCell(intent.app, intent.environment);
  const again = <LookAgain operation={operation} intent={intent} />;
  if (!cell) return again;
  const now = { version: cell.ledger?.version ?? null, troubled: needsAttention(cell) };
  if (afterwards(operation, now) === 'roll-back') return <RollbackButton cell={cell} urgent />;
  return again;
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
