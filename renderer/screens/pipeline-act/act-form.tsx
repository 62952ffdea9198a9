import { Button, Checkbox, SegmentedControl, Select } from '@mantine/core';
import { useId } from 'react';
import { type BagIntent, bagActOf } from '../../../shared/domain/bags/intents';
import type { NextView } from '../../../shared/domain/bags/view';
import { useBags } from '../../data/bags-queries';
import { rollbackTargets } from '../../ui/bag/bag-rollback';
import { ComparisonView } from '../../ui/change/comparison-view';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { FindingList, FindingsWaiting } from '../../ui/finding/finding-list';
import { closeAct } from '../../ui/layout/ui-state';
import { MovedNotice } from '../../ui/sheet/moved-notice';
import { SheetBody } from '../../ui/sheet/sheet';
import sheet from '../../ui/sheet/sheet.module.css';
import { SheetFooter } from '../../ui/sheet/sheet-footer';
import classes from './act-form.module.css';
import { inTheWay, needsReason } from './choices';
import { PackChoice } from './pack-choice';
import { type Act, useAct } from './use-act';

/** What is asked for, what the checks found, what would change, and the button that says the act. */
export function ActForm({ initial }: { initial: BagIntent }) {
  const act = useAct(initial);
  const { request, preview } = act;
  const deploys = request.kind === 'deploy-bag' || request.kind === 'roll-back-bag';
  return (
    <SheetBody foot={<Footer act={act} />}>
      <Meaning act={act} />
      {request.kind === 'pack-bag' && (
        <PackChoice
          request={request}
          force={act.choices.force}
          onForce={(force) => act.choose({ force })}
          onChange={act.setRequest}
        />
      )}
      {request.kind === 'roll-back-bag' && <RollBackChoice act={act} request={request} />}
      {request.kind === 'lock' && <LockChoice act={act} />}
      {act.moved && (
        <MovedNotice
          moved={`${act.stage?.environment} moved while you looked: ${bagText(act.moved.from)} → ${bagText(act.moved.to)}.`}
        >
          <p>Nothing was sent.</p>
          <Button variant="default" size="xs" onClick={act.lookAgain}>
            Look at it as it is now
          </Button>
        </MovedNotice>
      )}
      <section>
        <h3 className={sheet.heading}>Checks</h3>
        {preview.isPending && request.kind !== 'pack-bag' && <FindingsWaiting />}
        {preview.data?.findings.length === 0 && <p>Nothing speaks against it.</p>}
        {preview.data && preview.data.findings.length > 0 && <FindingList findings={preview.data.findings} />}
        {preview.error && (
          <FailurePanel failure={preview.error.failure} onRetry={() => void preview.refetch()} />
        )}
      </section>
      {preview.data && preview.data.lacking.length > 0 && (
        <section className={classes.choice}>
          <Checkbox
            checked={act.choices.leaveRunning}
            onChange={(event) => act.choose({ leaveRunning: event.currentTarget.checked })}
            label={`Leave ${preview.data.lacking.join(', ')} running as they are`}
            description="The bag lacks them. Absent never means delete: without this choice the bag is not deployed."
          />
        </section>
      )}
      {preview.data?.comparison && (
        <section>
          <h3 className={sheet.heading}>What would change in {act.stage?.environment}</h3>
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

const bagText = (bag: number | null): string => (bag === null ? 'no bag' : `bag ${bag}`);

/** What the act does and does not do, where that is not plain from its name. */
function Meaning({ act: { request } }: { act: Act }) {
  const text = ((): string | null => {
    switch (request.kind) {
      case 'deploy-bag':
        return 'The lock is taken, the bag is deployed and tested as one unit, and on a pass the lock is released. Where the deploy or a test fails, the lock is kept. A running deploy cannot be interrupted.';
      case 'roll-back-bag':
        return 'The broken bag is kept out of this environment and the other one is deployed, in one step. Database migrations are not rolled back.';
      case 'retry-tests':
        return 'The test suites run again on what is deployed now. Nothing is deployed.';
      case 'abort-tests':
        return 'The running suites are stopped and count as failed. The lock is kept; the deployment itself stays.';
      case 'lock':
        return 'While you hold the lock, no console deploys there but yours. It stays until you release it; the expected end only informs others.';
      case 'force-unlock':
        return 'The operation that holds the lock can then neither deploy, tag nor release. Nothing that runs is stopped: make sure that nothing runs any more.';
      case 'change-policy':
        return 'It counts from the next choice on. Nothing is deployed because of it.';
      default:
        return null;
    }
  })();
  return text && <p className={sheet.text}>{text}</p>;
}

function RollBackChoice({
  act,
  request,
}: {
  act: Act;
  request: Extract<BagIntent, { kind: 'roll-back-bag' }>;
}) {
  const id = useId();
  const bags = useBags(request.pipeline).data?.bags ?? [];
  const targets = act.stage ? rollbackTargets(bags, act.stage, request.bad) : [request.bag];
  const shown = targets.includes(request.bag) ? targets : [request.bag, ...targets];
  return (
    <section className={classes.fields}>
      <Select
        label="Back to"
        allowDeselect={false}
        searchable
        data={shown.map((bag) => ({ value: String(bag), label: `Bag ${bag}` }))}
        value={String(request.bag)}
        onChange={(value) => value && act.setRequest({ ...request, bag: Number(value) })}
      />
      <div>
        <p className={classes.label} id={id}>
          And so that bag {request.bad} stays out
        </p>
        <SegmentedControl
          aria-labelledby={id}
          value={request.how}
          onChange={(how) => act.setRequest({ ...request, how: how as 'mark-bad' | 'pin' })}
          data={[
            { value: 'mark-bad', label: `mark bag ${request.bad} bad` },
            { value: 'pin', label: `pin bag ${request.bag}` },
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
  { value: '', label: 'Open end' },
];

function LockChoice({ act }: { act: Act }) {
  const id = useId();
  return (
    <section>
      <h3 className={sheet.heading} id={id}>
        Expected end
      </h3>
      <SegmentedControl
        aria-labelledby={id}
        data={ends}
        value={act.choices.minutes === null ? '' : String(act.choices.minutes)}
        onChange={(value) => act.choose({ minutes: value === '' ? null : Number(value) })}
      />
    </section>
  );
}

function NextAfter({ next }: { next: NextView }) {
  return (
    <section>
      <h3 className={sheet.heading}>Next afterwards</h3>
      <p className={sheet.text}>
        {next.state === 'blocked' ? <strong>Blocked by {next.rule}. </strong> : null}
        {next.why}
      </p>
    </section>
  );
}

function Footer({ act }: { act: Act }) {
  const findings = act.preview.data?.findings ?? [];
  const needed = needsReason(act.request) || inTheWay(findings).length > 0;
  return (
    <SheetFooter
      failure={act.failure}
      reason={act.choices.reason}
      onReason={(reason) => act.choose({ reason })}
      needed={needed}
      description="It goes into the commit and the history."
      focused
      blocked={act.blocked}
      why={act.blocked}
      busy={act.busy}
      act={bagActOf(act.request)}
      onSend={() => void act.send()}
      onCancel={closeAct}
    />
  );
}
