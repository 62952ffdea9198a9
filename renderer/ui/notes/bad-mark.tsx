import { Button, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { useReadOnly } from '../../data/queries';
import { queryOf } from '../../data/query-client';
import { ActionButton } from '../action/action-button';
import { FailurePanel } from '../finding/failure-panel';
import { ago } from '../time/time';
import { useNow } from '../time/use-now';
import classes from './notes.module.css';
import { useRecordAction } from './use-record-action';

/** Versions of an app that are marked bad for everywhere. */
export const useMarks = (app: string) => useQuery(queryOf('mark.list', { app })).data ?? [];

/** Says that a version is marked bad, and takes the mark away; or marks it, with a reason. */
export function BadMark({ app, version }: { app: string; version: string }) {
  const found = useMarks(app).find((one) => one.version === version);
  const now = useNow('calm');
  const readOnlyBecause = useReadOnly();
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const action = useRecordAction(() => {
    setAsking(false);
    setReason('');
  });
  const failure = action.failure && <FailurePanel failure={action.failure} />;
  if (found)
    return (
      <>
        <div className={classes.bad} role="note">
          <p>
            <strong>Marked bad.</strong>{' '}
            {found.mark
              ? `${found.mark.by}, ${ago(found.mark.at, now)}: ${found.mark.reason}`
              : 'Its record can’t be read, so it counts.'}{' '}
            It is refused in every environment and in every bag.
          </p>
          <ActionButton
            variant="default"
            size="xs"
            blocked={readOnlyBecause}
            label={`Clear the mark on ${app} ${shortVersion(version)}`}
            onAction={() => action.send({ kind: 'clear-mark', app, version })}
          >
            Clear the mark
          </ActionButton>
        </div>
        {failure}
      </>
    );
  if (!asking)
    return (
      <ActionButton
        variant="default"
        size="xs"
        mb={12}
        blocked={readOnlyBecause}
        label={`Mark bad: ${app} ${shortVersion(version)}`}
        onAction={() => setAsking(true)}
      >
        Mark bad…
      </ActionButton>
    );
  return (
    <form
      className={classes.bad}
      onSubmit={(event) => {
        event.preventDefault();
        if (reason.trim() !== '') action.send({ kind: 'mark-version', app, version, reason });
      }}
    >
      <TextInput
        data-autofocus
        size="sm"
        style={{ flex: '1 1 320px' }}
        maxLength={500}
        label={`Why is ${shortVersion(version)} bad?`}
        description="It is refused in every environment and every bag. What runs stays as it is."
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
      <div className={classes.row}>
        <Button type="submit" size="xs" color="brick" loading={action.busy} disabled={reason.trim() === ''}>
          Mark bad
        </Button>
        <Button size="xs" variant="default" onClick={() => setAsking(false)}>
          Cancel
        </Button>
      </div>
      {failure}
    </form>
  );
}
