import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import type { RecordsPlace } from '../../../shared/contract/records';
import { count } from '../../../shared/domain/text/count';
import { useReadOnly } from '../../data/queries';
import {
  useCreateRecords,
  useMoveRecords,
  useRecordsCheck,
  useRecordsPlace,
} from '../../data/records-queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { FindingList } from '../../ui/finding/finding-list';
import { Panel } from '../../ui/layout/panel';
import { FreshnessMark } from '../../ui/time/freshness-mark';
import classes from './settings-screen.module.css';

/** Records that lie apart from the image tags: setting them up, and moving over what there was. */
export function RecordsPanel() {
  const { data: place } = useRecordsPlace();
  const [asking, setAsking] = useState(false);
  if (!place) return null;
  const { state, branch, url } = place;
  return (
    <Panel title="Records" aside={<FreshnessMark name="Records" value={place.freshness} />}>
      <p>
        Locks, holds, bags and everything else that Signalbox records are on the branch <code>{branch}</code>{' '}
        of <code>{url}</code>, apart from the image tags.
      </p>
      {state === 'unknown' && <p className={classes.quiet}>The branch has not been seen yet.</p>}
      {(state === 'absent' || state === 'not-set-up') && (
        <div className={classes.notice} role="note">
          <p>
            <strong>
              {state === 'absent' ? 'The branch does not exist yet.' : 'The branch is not set up yet.'}
            </strong>{' '}
            Nothing can be locked, held or packed until it is.
          </p>
          <Button variant="default" size="compact-xs" onClick={() => setAsking(true)}>
            {state === 'absent' ? 'Create…' : 'Set up…'}
          </Button>
        </div>
      )}
      {state === 'ready' && place.beside > 0 && <Moving place={place} />}
      <Modal
        opened={asking}
        onClose={() => setAsking(false)}
        title={state === 'absent' ? 'Create the branch for records?' : 'Set the branch up for records?'}
        size="lg"
        centered
      >
        <Question place={place} onClose={() => setAsking(false)} />
      </Modal>
    </Panel>
  );
}

function Question({ place, onClose }: { place: RecordsPlace; onClose: () => void }) {
  const create = useCreateRecords();
  const readOnlyBecause = useReadOnly();
  const check = useRecordsCheck('create');
  const { branch, url, tagsBranch, state, beside } = place;
  return (
    <div>
      <p>
        {state === 'absent' ? 'Signalbox pushes a new branch ' : 'Signalbox adds a commit to the branch '}
        <code>{branch}</code> {state === 'absent' ? 'without any history ' : ''}to <code>{url}</code>
        {beside > 0 ? `, with a copy of ${count(beside, 'record')} from ${tagsBranch}` : ''}. The branch{' '}
        <code>{tagsBranch}</code> is not changed.
      </p>
      <p>
        From then on only the records there count. Everybody who uses Signalbox on this release repo needs an
        estate file that names the same place: a console without it would not see your locks.
      </p>
      <Checked check={check} />
      {create.error && <FailurePanel failure={create.error.failure} />}
      <div className={classes.choices}>
        <Button variant="default" size="sm" onClick={onClose} data-autofocus>
          Not now
        </Button>
        <Button
          size="sm"
          loading={create.isPending}
          disabled={readOnlyBecause !== null || isBlocked(check)}
          onClick={() => create.mutate(undefined, { onSuccess: onClose })}
        >
          {state === 'absent' ? 'Create the branch' : 'Set up'}
        </Button>
      </div>
    </div>
  );
}

/** Until the check has ended nothing is begun. */
const isBlocked = ({ data, isError }: ReturnType<typeof useRecordsCheck>): boolean =>
  !isError && (data === undefined || data.some(({ level }) => level === 'block'));

/** What speaks against it. What can't be checked is checked again by the click. */
function Checked({ check }: { check: ReturnType<typeof useRecordsCheck> }) {
  const { data, error } = check;
  if (error) return <FailurePanel failure={error.failure} />;
  if (!data) return <p className={classes.quiet}>Checking your rights and what is on its way.</p>;
  return data.length > 0 ? <FindingList findings={data} /> : null;
}

function Moving({ place }: { place: RecordsPlace }) {
  const move = useMoveRecords();
  const check = useRecordsCheck('move');
  const readOnlyBecause = useReadOnly();
  const { beside, leftCount, left, tagsBranch, branch } = place;
  const moved = move.data;
  return (
    <div className={classes.notice}>
      <p>
        {count(beside, 'record')} {beside === 1 ? 'lies' : 'lie'} on <code>{tagsBranch}</code> and{' '}
        {beside === 1 ? 'does' : 'do'} not count.{' '}
        {leftCount > 0 &&
          `${leftCount} of them changed there since they were copied: ${left.join(', ')}${leftCount > left.length ? ', …' : ''}.`}
      </p>
      <Checked check={check} />
      <Button
        variant="default"
        size="compact-xs"
        loading={move.isPending}
        disabled={readOnlyBecause !== null || isBlocked(check)}
        onClick={() => move.mutate()}
      >
        Copy what is missing, and delete them on {tagsBranch}
      </Button>
      {move.error && <FailurePanel failure={move.error.failure} />}
      {moved && (
        <p role="status">
          {count(moved.copied, 'record')} copied to {branch}, {count(moved.deleted, 'record')} deleted on{' '}
          {tagsBranch}.{' '}
          {moved.differing.length > 0 &&
            `Changed in both places, so neither was touched: ${moved.differing.join(', ')}. `}
          {moved.notDeleted && `They stay on ${tagsBranch}: ${moved.notDeleted.message}`}
        </p>
      )}
    </div>
  );
}
