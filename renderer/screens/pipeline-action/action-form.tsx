import { Button, Checkbox, SegmentedControl, Select } from '@mantine/core';
import { useId } from 'react';
import { bagText } from '../../../shared/domain/bags/decisions';
import type { NextView } from '../../../shared/domain/bags/view';
import { type BagIntent, declarationOf, shortTitleOf } from '../../../shared/domain/operation/intent';
import { useBags } from '../../data/bags-queries';
import { rollbackTargets } from '../../ui/bag/bag-rollback';
import { ComparisonView } from '../../ui/change/comparison-view';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { FindingList, FindingsWaiting } from '../../ui/finding/finding-list';
import { FreezeNotes } from '../../ui/freeze/freeze-note';
import { closeAction } from '../../ui/layout/ui-state';
import { MovedNotice } from '../../ui/sheet/moved-notice';
import { SheetBody } from '../../ui/sheet/sheet';
import sheet from '../../ui/sheet/sheet.module.css';
import { SheetFooter } from '../../ui/sheet/sheet-footer';
import { TimedText } from '../../ui/time/timed-text';
import classes from './action-form.module.css';
import { obstaclesOf } from './choices';
import { PackChoice } from './pack-choice';
import { type Act, useAction } from './use-action';

/** What is asked for, what the checks found, what would change, and the button that says the action. */
export function ActionForm({ initial }: { initial: BagIntent }) {
  const action = useAction(initial);
  const { request, preview } = action;
  const deploys = request.kind === 'deploy-bag' || request.kind === 'roll-back-bag';
  return (
    <SheetBody foot={<Footer action={action} />}>
      {deploys && (
        <FreezeNotes place={{ environment: request.environment, apps: [], pipelines: [request.pipeline] }} />
      )}
      <Meaning action={action} />
      {request.kind === 'pack-bag' && (
        <PackChoice
          request={request}
          force={action.choices.force}
          onForce={(force) => action.choose({ force })}
          onChange={action.setRequest}
        />
      )}
      {request.kind === 'roll-back-bag' && <RollBackChoice action={action} request={request} />}
      {request.kind === 'lock' && <LockChoice action={action} />}
      {action.moved && (
        <MovedNotice
          moved={`${action.stage?.environment} changed while this was open: ${bagText(action.moved.from)} → ${bagText(action.moved.to)}.`}
        >
          <p>Nothing was changed.</p>
          <Button variant="default" size="xs" onClick={action.lookAgain}>
            Review again
          </Button>
        </MovedNotice>
      )}
      <section>
        <h3 className={sheet.heading}>Checks</h3>
        {preview.isPending && request.kind !== 'pack-bag' && <FindingsWaiting />}
        {preview.data && <FindingList findings={preview.data.findings} />}
        {preview.error && (
          <FailurePanel failure={preview.error.failure} onRetry={() => void preview.refetch()} />
        )}
      </section>
      {preview.data && preview.data.lacking.length > 0 && (
        <section className={classes.choice}>
          <Checkbox
            checked={action.choices.leaveRunning}
            onChange={(event) => action.choose({ leaveRunning: event.currentTarget.checked })}
            label={`Leave ${preview.data.lacking.join(', ')} running unchanged`}
            description="The bag does not include them. Signalbox never deletes a missing service: tick this to deploy the bag without changing them."
          />
        </section>
      )}
      {preview.data?.comparison && (
        <section>
          <h3 className={sheet.heading}>Changes in {action.stage?.environment}</h3>
          <ComparisonView
            comparison={preview.data.comparison}
            back={deploys && request.running !== null && request.bag < request.running}
          />
        </section>
      )}
      {preview.data?.nextAfter && <NextAfter next={preview.data.nextAfter} />}
    </SheetBody>
  );
}

/** What the action does and does not do, where that is not plain from its name. */
function Meaning({ action: { request, preview } }: { action: Act }) {
  const meaning = preview.data?.meaning ?? declarationOf(request).meaning;
  return meaning && <p className={sheet.text}>{meaning}</p>;
}

function RollBackChoice({
  action,
  request,
}: {
  action: Act;
  request: Extract<BagIntent, { kind: 'roll-back-bag' }>;
}) {
  const id = useId();
  const bags = useBags(request.pipeline).data?.bags ?? [];
  const targets = action.stage ? rollbackTargets(bags, action.stage, request.bad) : [request.bag];
  const shown = targets.includes(request.bag) ? targets : [request.bag, ...targets];
  return (
    <section className={classes.fields}>
      <Select
        label="Roll back to"
        allowDeselect={false}
        searchable
        data={shown.map((bag) => ({ value: String(bag), label: `Bag ${bag}` }))}
        value={String(request.bag)}
        onChange={(value) => value && action.setRequest({ ...request, bag: Number(value) })}
      />
      <div>
        <p className={classes.label} id={id}>
          How to stop bag {request.bad} from being deployed again
        </p>
        <SegmentedControl
          aria-labelledby={id}
          value={request.how}
          onChange={(how) => action.setRequest({ ...request, how: how as 'mark-bad' | 'pin' })}
          data={[
            { value: 'mark-bad', label: `Mark bag ${request.bad} bad` },
            { value: 'pin', label: `Pin bag ${request.bag}` },
          ]}
        />
      </div>
    </section>
  );
}

const ends = [
  { value: '30', label: '30 min' },
  { value: '60', label: '1 h' },
  { value: '240', label: '4 h' },
  { value: '1440', label: '1 day' },
  { value: '', label: 'No end time' },
];

function LockChoice({ action }: { action: Act }) {
  const id = useId();
  return (
    <section>
      <h3 className={sheet.heading} id={id}>
        Expected end
      </h3>
      <SegmentedControl
        aria-labelledby={id}
        data={ends}
        value={action.choices.minutes === null ? '' : String(action.choices.minutes)}
        onChange={(value) => action.choose({ minutes: value === '' ? null : Number(value) })}
      />
      <Checkbox
        mt="md"
        checked={action.choices.stopAutomatic}
        onChange={(event) => action.choose({ stopAutomatic: event.currentTarget.checked })}
        label="Stop automatic deploys as well"
        description="Sets a freeze of the environment with the lock, by one commit. Unlocking lifts it."
      />
    </section>
  );
}

function NextAfter({ next }: { next: NextView }) {
  return (
    <section>
      <h3 className={sheet.heading}>Next bag</h3>
      <p className={sheet.text}>
        {next.state === 'blocked' ? <strong>Blocked by {next.rule}. </strong> : null}
        <TimedText text={next.why} />
      </p>
    </section>
  );
}

function Footer({ action }: { action: Act }) {
  const findings = action.preview.data?.findings ?? [];
  const needed =
    declarationOf(action.request).needsReason(action.request) || obstaclesOf(findings).length > 0;
  return (
    <SheetFooter
      failure={action.failure}
      reason={action.choices.reason}
      onReason={(reason) => action.choose({ reason })}
      needed={needed}
      description="Saved in the commit and history."
      focused
      blocked={action.blocked}
      why={action.blocked}
      busy={action.busy}
      action={shortTitleOf(action.request)}
      onSend={() => void action.send()}
      onCancel={closeAction}
    />
  );
}
