import { Button, Checkbox, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Detection } from '../../../shared/contract/estates';
import type { DetectedField } from '../../../shared/domain/estate/detected';
import { useAdoptDetected, useDetect } from '../../data/estate-queries';
import { useTestCluster } from '../../data/queries';
import { LackingRights } from '../../ui/account/lacking-rights';
import { LeaveDialog } from '../../ui/estate/leave-dialog';
import { FailurePanel } from '../../ui/finding/failure-panel';
import classes from './connections-screen.module.css';

const labels: Record<DetectedField, string> = {
  'cluster.argoNamespace': 'Namespace of Argo CD',
  'cluster.parentApplication': 'Parent Application',
  'cluster.appsNamespace': 'Namespace of the apps',
  'cluster.workflowsNamespace': 'Namespace of workflows',
  'argo.cd.url': 'Argo CD server',
  'argo.workflows.url': 'Argo Workflows server',
};

/** Tests an environment’s cluster, and asks it where Argo and the apps are; what it says is taken only by the person. */
export function DetectedFacts({ environment }: { environment: string }) {
  const detect = useDetect();
  const test = useTestCluster();
  return (
    <div className={classes.detect}>
      <div className={classes.buttons}>
        <Button
          size="compact-xs"
          variant="default"
          loading={test.isPending}
          aria-label={`Test ${environment}`}
          onClick={() => test.mutate(environment)}
        >
          Test
        </Button>
        <Button
          size="compact-xs"
          variant="default"
          loading={detect.isPending}
          aria-label={`Detect in ${environment}`}
          onClick={() => detect.mutate(environment)}
        >
          Detect
        </Button>
      </div>
      {test.error && <FailurePanel failure={test.error.failure} />}
      {test.data && (
        <>
          <p role="status">{test.data.text}</p>
          <LackingRights lacks={test.data.lacks} />
        </>
      )}
      {detect.error && <FailurePanel failure={detect.error.failure} />}
      {detect.data && (
        <Proposals key={detect.submittedAt} environment={environment} detection={detect.data} />
      )}
    </div>
  );
}

function Proposals({ environment, detection }: { environment: string; detection: Detection }) {
  const { proposals, notes, takeable } = detection;
  const adopt = useAdoptDetected();
  const [rows, setRows] = useState(() => proposals.map((one) => ({ ...one, chosen: true })));
  const change = (at: number, part: { value?: string; chosen?: boolean }): void =>
    setRows((all) => all.map((one, index) => (index === at ? { ...one, ...part } : one)));
  const values = rows
    .filter(({ chosen, value }) => chosen && value.trim() !== '')
    .map(({ field, value }) => ({ field, value: value.trim() }));
  const send = (anyway: boolean): void => adopt.mutate({ environment, values, anyway });
  const question = adopt.error?.failure.code === 'busy' ? adopt.error.failure : null;
  return (
    <fieldset className={classes.proposals} aria-label={`Found in ${environment}`}>
      {rows.map(({ field, value, now, from, chosen }, index) => (
        <div key={field} className={classes.proposal}>
          {takeable && (
            <Checkbox
              aria-label={`Use for ${labels[field]}`}
              checked={chosen}
              onChange={(event) => change(index, { chosen: event.currentTarget.checked })}
            />
          )}
          <TextInput
            label={labels[field]}
            description={`${from} Now: ${now ?? 'not set'}.`}
            readOnly={!takeable}
            value={value}
            onChange={(event) => change(index, { value: event.currentTarget.value })}
          />
        </div>
      ))}
      {rows.length === 0 && <p>Everything matches the estate.</p>}
      {notes.map((note) => (
        <p key={note} className={classes.quiet}>
          {note}
        </p>
      ))}
      {!takeable && rows.length > 0 && <p>Write these into signalbox.yaml to use them.</p>}
      {adopt.error && !question && <FailurePanel failure={adopt.error.failure} />}
      <LeaveDialog failure={question} onStay={() => adopt.reset()} onLeave={() => send(true)} />
      {takeable && rows.length > 0 && (
        <Button
          size="xs"
          loading={adopt.isPending}
          disabled={values.length === 0}
          onClick={() => send(false)}
        >
          Use these
        </Button>
      )}
    </fieldset>
  );
}
