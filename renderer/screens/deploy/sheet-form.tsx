import { SegmentedControl } from '@mantine/core';
import { useId } from 'react';
import { boardAround } from '../../../shared/domain/board/board-scope';
import { shortVersion } from '../../../shared/domain/ledger/version';
import { shortTitleOf } from '../../../shared/domain/operation/intent';
import { obstaclesOf } from '../../../shared/domain/preflight/obstacles';
import { isDirect, type RouteKind, type RoutePlan } from '../../../shared/domain/route/route';
import { ChangeView } from '../../ui/change/change-view';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { FindingList, FindingsWaiting } from '../../ui/finding/finding-list';
import { FreezeNotes } from '../../ui/freeze/freeze-note';
import { closeSheet, type SheetRequest } from '../../ui/layout/ui-state';
import { RouteChoice } from '../../ui/route/route-choice';
import { MovedNotice } from '../../ui/sheet/moved-notice';
import { SheetBody } from '../../ui/sheet/sheet';
import classes from '../../ui/sheet/sheet.module.css';
import { SheetFooter } from '../../ui/sheet/sheet-footer';
import { CandidatePicker } from './candidate-picker';
import { EmergencySteps, GitChoice } from './emergency-parts';
import { type Moved, useDraft } from './use-draft';
import { Versions } from './versions';

const actions = {
  deploy: 'Deploy',
  promote: 'Promote',
  rollback: 'Roll back',
  hold: 'Hold',
  'release-hold': 'Release',
  'emergency-rollback': 'Roll back without Git',
  reconcile: 'Reconcile',
};

/** What goes where, what preflight found about it, and the button that says the action. */
export function SheetForm({ request }: { request: SheetRequest }) {
  const sheet = useDraft(request);
  const { draft, preview, intent } = sheet;
  const picks = request.kind === 'deploy';
  const changes = request.kind !== 'hold' && request.kind !== 'release-hold';
  const complete = intent !== null;
  return (
    <SheetBody foot={<Footer sheet={sheet} kind={request.kind} />}>
      {(picks || request.environment === null) && (
        <EnvironmentChoice
          names={
            sheet.board ? boardAround(sheet.board, request.app).environments.map((each) => each.name) : []
          }
          value={draft.environment}
          onChange={sheet.setEnvironment}
        />
      )}
      {draft.environment !== null && (
        <FreezeNotes place={{ environment: draft.environment, apps: [request.app] }} />
      )}
      {picks && draft.version === null ? (
        <section>
          <h3 className={classes.heading}>Version</h3>
          <CandidatePicker app={request.app} onPick={sheet.setVersion} />
        </section>
      ) : (
        changes && (
          <Versions
            draft={draft}
            current={sheet.current}
            from={sheet.from}
            onChange={picks ? () => sheet.setVersion(null) : null}
          />
        )
      )}
      <Meaning request={request} environment={draft.environment} />
      {request.kind === 'reconcile' && (
        <GitChoice
          request={request}
          current={sheet.current}
          value={draft.version}
          onPick={sheet.setVersion}
        />
      )}
      {request.kind === 'emergency-rollback' && draft.version !== null && draft.environment !== null && (
        <EmergencySteps
          app={request.app}
          environment={draft.environment}
          version={draft.version}
          confirmed={draft.confirmed}
          onConfirm={sheet.setConfirmed}
        />
      )}
      {sheet.moved && (
        <MovedNotice moved={movedText(sheet.moved, draft.environment ?? '')}>
          <p>Nothing was changed. The checks ran again: review them, then confirm.</p>
          {sheet.moved.worse.length > 0 && <FindingList findings={sheet.moved.worse} />}
        </MovedNotice>
      )}
      {complete && (
        <section>
          <h3 className={classes.heading}>Checks</h3>
          {preview.isPending &&
            (sheet.early ? (
              <FindingList findings={sheet.early.findings} pending={sheet.early.pending} />
            ) : (
              <FindingsWaiting />
            ))}
          {preview.data && <FindingList findings={preview.data.findings} onSync={sheet.setSync} />}
          {preview.error && (
            <FailurePanel failure={preview.error.failure} onRetry={() => void preview.refetch()} />
          )}
        </section>
      )}
      {complete && preview.data && <Landing plan={preview.data.route} onChoose={sheet.setRoute} />}
      {complete && changes && preview.data && (
        <section>
          <h3 className={classes.heading}>Changes</h3>
          <ChangeView
            change={preview.data.change}
            onRetry={() => void preview.refetch()}
            busy={preview.isFetching}
          />
        </section>
      )}
    </SheetBody>
  );
}

/** How it lands, where there is anything to know or to choose. */
function Landing({ plan, onChoose }: { plan: RoutePlan; onChoose: (kind: RouteKind) => void }) {
  const fitting = plan.routes.filter(({ carries }) => carries);
  if (plan.rest === null && fitting.length < 2) return null;
  const choice = <RouteChoice plan={plan} onChoose={onChoose} label="How it lands" />;
  const taken = fitting.find(({ kind }) => kind === plan.taken);
  // A commit at once by the person is what everybody expects: the other ways are there for who looks for them.
  if (taken && taken === fitting[0] && isDirect(taken.kind))
    return (
      <details className={classes.fold}>
        <summary>How it lands: {taken.text}</summary>
        {choice}
      </details>
    );
  return (
    <section>
      <h3 className={classes.heading}>How it lands</h3>
      {choice}
    </section>
  );
}

const say = (version: string | null): string => (version === null ? 'no version' : shortVersion(version));

function movedText({ from, to }: Moved, environment: string): string {
  if (from === to) return `${environment} has changed.`;
  return `${environment} changed while this was open: ${say(from)} → ${say(to)}.`;
}

function EnvironmentChoice(props: {
  names: string[];
  value: string | null;
  onChange: (name: string) => void;
}) {
  const id = useId();
  return (
    <section>
      <h3 className={classes.heading} id={id}>
        Environment
      </h3>
      <SegmentedControl
        aria-labelledby={id}
        data={props.names}
        value={props.value ?? ''}
        onChange={props.onChange}
      />
    </section>
  );
}

/** What the action does and does not do, where that is not plain from its name. */
function Meaning({ request, environment }: { request: SheetRequest; environment: string | null }) {
  const place = environment ?? 'the environment';
  const texts: Partial<Record<SheetRequest['kind'], string>> = {
    rollback: `It also holds automatic deploys of ${request.app} to ${place}, so that the version you remove is not deployed again. Release the hold when a fixed version is ready.`,
    hold: `No new versions are promoted to ${place} automatically until you release the hold. People can still deploy there. Any promotion in progress is stopped.`,
    'emergency-rollback': `The release repo is unreachable, so this sets the version in ${place} itself. Git will say something else until you reconcile.`,
    reconcile: `Ends the emergency rollback: Git and ${place} are brought together, then Argo CD’s automatic sync is switched on again.`,
    'release-hold': `Automatic deploys to ${place} resume with the next version that passes its tests. Releasing the hold does not deploy anything.`,
  };
  const text = texts[request.kind];
  return text && <p className={classes.text}>{text}</p>;
}

function Footer({ sheet, kind }: { sheet: ReturnType<typeof useDraft>; kind: SheetRequest['kind'] }) {
  const { draft, preview, intent } = sheet;
  const obstacles = preview.data ? obstaclesOf(preview.data.findings).length : 0;
  const blocked =
    preview.data?.findings.some(({ level, overridable }) => level === 'block' && !overridable) ?? false;
  const goesAhead = obstacles > 0 && !blocked && kind !== 'release-hold';
  const isTyped = kind === 'hold' || kind === 'emergency-rollback';
  const needed = isTyped || goesAhead;
  return (
    <SheetFooter
      failure={sheet.failure}
      reason={draft.reason}
      onReason={sheet.setReason}
      needed={needed}
      description={
        kind === 'emergency-rollback'
          ? 'Shown to everyone until it is reconciled, and saved in the release repo then.'
          : goesAhead && kind !== 'hold'
            ? 'Explain why you are overriding these checks. Saved in the commit and history.'
            : 'Saved in the commit and history.'
      }
      focused={kind !== 'deploy'}
      blocked={sheet.blocked}
      why={intent ? sheet.blocked : ''}
      busy={sheet.busy}
      action={intent ? shortTitleOf(intent) : actions[kind]}
      onSend={() => void sheet.send()}
      onCancel={closeSheet}
    />
  );
}
