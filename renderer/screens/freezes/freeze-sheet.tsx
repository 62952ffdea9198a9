import { Checkbox, SegmentedControl, Select, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useId, useState } from 'react';
import type { Failure } from '../../../shared/domain/failure/failure';
import { declarationOf, type FreezeIntent, titleOf } from '../../../shared/domain/operation/intent';
import { obstacles } from '../../../shared/domain/preflight/preflight';
import { useAttempts } from '../../data/attempts';
import { useBagPipelines } from '../../data/bags-queries';
import { useFreezePreview, useFreezes } from '../../data/freeze-queries';
import { useBoard, useReadOnly } from '../../data/queries';
import { queryOf } from '../../data/query-client';
import { FreezeTelling } from '../../ui/announcement/freeze-telling';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { FindingList, FindingsWaiting } from '../../ui/finding/finding-list';
import { teamTime } from '../../ui/freeze/team-time';
import { closeFreeze, useUiState } from '../../ui/layout/ui-state';
import { Sheet, SheetBody } from '../../ui/sheet/sheet';
import sheet from '../../ui/sheet/sheet.module.css';
import { SheetFooter } from '../../ui/sheet/sheet-footer';
import { momentOf, scopeGroups, scopeKey, scopeOfKey } from './freeze-choices';
import classes from './freezes.module.css';

/** The sheet in which a freeze is set, changed or lifted. */
export function FreezeSheet() {
  const asked = useUiState((state) => state.freeze);
  return (
    <Sheet opened={asked !== null} onClose={closeFreeze} title={asked ? titleOf(asked) : ''}>
      {asked && <FreezeForm key={JSON.stringify(asked)} initial={asked} />}
    </Sheet>
  );
}

function FreezeForm({ initial }: { initial: FreezeIntent }) {
  const client = useQueryClient();
  const attempts = useAttempts();
  const navigate = useNavigate();
  const readOnlyBecause = useReadOnly();
  const timeZone = useFreezes().data?.timeZone ?? 'Europe/London';
  const [request, setRequest] = useState(initial);
  const [reason, setReason] = useState(initial.kind === 'freeze' ? initial.reason : '');
  const [mistyped, setMistyped] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const isNeeded = declarationOf(request).needsReason(request);
  const asked = { ...request, reason: reason.trim() || (isNeeded ? '-' : undefined) } as FreezeIntent;
  const preview = useFreezePreview({ ...asked, ...(isNeeded ? { reason: '-' } : {}) } as FreezeIntent);
  const findings = preview.data?.findings ?? [];
  const [first] = obstacles({}, findings);
  const blocked =
    readOnlyBecause ??
    (mistyped ? 'Correct the time: it can’t be read' : null) ??
    first?.message ??
    (preview.data ? null : 'Checking…') ??
    (isNeeded && reason.trim() === '' ? 'Enter a reason' : null);

  const send = async (): Promise<void> => {
    if (blocked !== null || busy) return;
    setBusy(true);
    setFailure(null);
    const clickedAt = Date.now();
    const started = await attempts.send(
      { name: 'operation.start', input: { intent: asked, seen: findings, clickedAt } },
      { request: asked, choices: {} },
    );
    setBusy(false);
    if (started.ok) {
      closeFreeze();
      if (asked.kind === 'freeze')
        void navigate({
          to: '/operations/$operationId',
          params: { operationId: started.value.operationId },
        });
      return;
    }
    setFailure(started.failure);
    await client.invalidateQueries({ queryKey: queryOf('freezes.list', {}).queryKey });
  };
  const { meaning } = declarationOf(request);
  return (
    <SheetBody
      foot={
        <SheetFooter
          failure={failure}
          reason={reason}
          onReason={setReason}
          needed={isNeeded}
          description="Saved in the commit and history, and shown with the freeze."
          focused
          blocked={blocked}
          why={blocked}
          busy={busy}
          action={titleOf(request)}
          onSend={() => void send()}
          onCancel={closeFreeze}
        />
      }
    >
      {meaning && <p className={sheet.text}>{meaning}</p>}
      {request.kind === 'freeze' && <ScopeChoice request={request} onChange={setRequest} />}
      {(request.kind === 'freeze' || request.kind === 'change-freeze') && (
        <>
          <EndChoice request={request} timeZone={timeZone} onChange={setRequest} onMistyped={setMistyped} />
          <RuleChoice request={request} onChange={setRequest} />
        </>
      )}
      {request.kind === 'freeze' && (
        <FreezeTelling
          request={request}
          reason={reason}
          said={(iso) => teamTime(iso, timeZone)}
          onChange={setRequest}
        />
      )}
      <section>
        <h3 className={sheet.heading}>Checks</h3>
        {preview.isPending && <FindingsWaiting />}
        {preview.data && <FindingList findings={findings} />}
        {preview.error && (
          <FailurePanel failure={preview.error.failure} onRetry={() => void preview.refetch()} />
        )}
      </section>
    </SheetBody>
  );
}

type Set = Extract<FreezeIntent, { kind: 'freeze' }>;
type Timed = Extract<FreezeIntent, { kind: 'freeze' | 'change-freeze' }>;

/** What is frozen: one of a list, and an app there alone where it is an environment. */
function ScopeChoice({ request, onChange }: { request: Set; onChange: (next: Set) => void }) {
  const board = useBoard().data;
  const bags = useBagPipelines().data ?? [];
  const environments = board?.environments.map(({ name }) => name) ?? [];
  const pipelines = [
    ...new Set([...(board?.environments.flatMap((one) => one.pipeline?.name ?? []) ?? []), ...bags]),
  ];
  const { scope } = request;
  const groups = scopeGroups({ apps: board?.apps ?? [], environments, pipelines });
  const whole = scope.app !== null && scope.environment !== null ? { ...scope, environment: null } : scope;
  return (
    <section className={classes.fields}>
      <Select
        label="Freeze"
        allowDeselect={false}
        searchable
        data={groups}
        value={scopeKey(whole)}
        onChange={(key) => key !== null && onChange({ ...request, scope: scopeOfKey(key) })}
      />
      {scope.app !== null && (
        <Select
          label="Where"
          allowDeselect={false}
          data={[
            { value: '', label: 'every environment' },
            ...environments.map((one) => ({ value: one, label: one })),
          ]}
          value={scope.environment ?? ''}
          onChange={(one) => onChange({ ...request, scope: { ...scope, environment: one || null } })}
        />
      )}
    </section>
  );
}

/** When it begins and ends, as people type it, and as it was understood. */
function EndChoice(props: {
  request: Timed;
  timeZone: string;
  onChange: (next: Timed) => void;
  onMistyped: (is: boolean) => void;
}) {
  const { request, timeZone, onChange, onMistyped } = props;
  const said = (iso: string | null): string => (iso === null ? '' : teamTime(iso, timeZone));
  const [until, setUntil] = useState<string | null>(null);
  const [from, setFrom] = useState<string | null>(null);
  const place = timeZone.split('/').at(-1)?.replace(/_/g, ' ');
  const type = (text: string, set: (text: string) => void, take: (iso: string | null) => void): void => {
    set(text);
    const read = momentOf(text, timeZone);
    onMistyped(read === undefined);
    if (read !== undefined) take(read);
  };
  const errorOf = (text: string | null): string | null =>
    text !== null && momentOf(text, timeZone) === undefined
      ? 'Type a time such as Monday 9:00, tomorrow 17:00 or 30 Nov.'
      : null;
  return (
    <section className={classes.fields}>
      {request.kind === 'freeze' && (
        <TextInput
          label="From"
          placeholder="now"
          description={request.from === null ? `Now. Times are ${place} time.` : said(request.from)}
          error={errorOf(from)}
          value={from ?? said(request.from)}
          onChange={(event) =>
            type(event.currentTarget.value, setFrom, (iso) => onChange({ ...request, from: iso }))
          }
        />
      )}
      <TextInput
        label="Until"
        placeholder="Monday 9:00"
        description={request.until === null ? 'No end: until somebody lifts it.' : said(request.until)}
        error={errorOf(until)}
        value={until ?? said(request.until)}
        onChange={(event) =>
          type(event.currentTarget.value, setUntil, (iso) => onChange({ ...request, until: iso }))
        }
      />
    </section>
  );
}

function RuleChoice({ request, onChange }: { request: Timed; onChange: (next: Timed) => void }) {
  const id = useId();
  return (
    <section className={classes.rules}>
      {request.kind === 'freeze' && (
        <Checkbox
          checked={request.automatic}
          onChange={(event) => onChange({ ...request, automatic: event.currentTarget.checked })}
          label="Stop automatic deploys"
          description="Sets automatic_deploys_enabled to false in the image-tag files, and restores the earlier values when the freeze ends."
        />
      )}
      <div>
        <p className={classes.label} id={id}>
          Deploys by hand
        </p>
        <SegmentedControl
          aria-labelledby={id}
          value={request.manual}
          onChange={(manual) => onChange({ ...request, manual: manual as 'warn' | 'block' })}
          data={[
            { value: 'warn', label: 'Warn' },
            { value: 'block', label: 'Block' },
          ]}
        />
        <p className={sheet.text}>Both ask for a reason. Rollbacks go through.</p>
      </div>
    </section>
  );
}
