import { Button, SegmentedControl, Textarea } from '@mantine/core';
import { useId } from 'react';
import { boardAround } from '../../../shared/domain/board-scope';
import { actOf } from '../../../shared/domain/operation';
import { ActButton } from '../../ui/act-button';
import { ChangeView } from '../../ui/change-view';
import { FailurePanel } from '../../ui/failure-panel';
import { FindingList, FindingsWaiting } from '../../ui/finding-list';
import { closeSheet, type SheetRequest } from '../../ui/ui-state';
import { CandidatePicker } from './candidate-picker';
import classes from './deploy-sheet.module.css';
import { inTheWay } from './draft';
import { MovedNotice } from './moved-notice';
import { useDraft } from './use-draft';
import { Versions } from './versions';

const acts = {
  deploy: 'Deploy',
  promote: 'Promote',
  rollback: 'Roll back',
  hold: 'Hold',
  'release-hold': 'Release',
};

/** What goes where, what preflight found about it, and the button that says the act. */
export function SheetForm({ request }: { request: SheetRequest }) {
  const sheet = useDraft(request);
  const { draft, preview, intent } = sheet;
  const picks = request.kind === 'deploy';
  const changes = request.kind !== 'hold' && request.kind !== 'release-hold';
  const complete = intent !== null;
  return (
    <div className={classes.form}>
      <div className={classes.scroll}>
        {(picks || request.environment === null) && (
          <EnvironmentChoice
            names={
              sheet.board ? boardAround(sheet.board, request.app).environments.map((each) => each.name) : []
            }
            value={draft.environment}
            onChange={sheet.setEnvironment}
          />
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
        {!changes && <HoldText kind={request.kind} environment={draft.environment} />}
        {sheet.moved && <MovedNotice moved={sheet.moved} environment={draft.environment ?? ''} />}
        {complete && (
          <section>
            <h3 className={classes.heading}>Checks</h3>
            {preview.isPending && <FindingsWaiting />}
            {preview.data && <FindingList findings={preview.data.findings} />}
            {preview.error && (
              <FailurePanel failure={preview.error.failure} onRetry={() => void preview.refetch()} />
            )}
          </section>
        )}
        {complete && changes && preview.data && (
          <section>
            <h3 className={classes.heading}>What would change</h3>
            <ChangeView change={preview.data.change} />
          </section>
        )}
      </div>
      <Footer sheet={sheet} kind={request.kind} />
    </div>
  );
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

function HoldText({ kind, environment }: { kind: SheetRequest['kind']; environment: string | null }) {
  return (
    <p className={classes.text}>
      {kind === 'hold'
        ? `New versions will not be promoted into ${environment ?? 'the environment'} by themselves until the hold is released. People can still deploy there. A promotion that is on its way is stopped; the hold is pending until the cluster shows it.`
        : `Automatic deploys into ${environment ?? 'the environment'} go on with the next version that passes its tests. Releasing the hold deploys nothing by itself.`}
    </p>
  );
}

function Footer({ sheet, kind }: { sheet: ReturnType<typeof useDraft>; kind: SheetRequest['kind'] }) {
  const { draft, preview, intent } = sheet;
  const obstacles = preview.data ? inTheWay(preview.data.findings).length : 0;
  const blocked =
    preview.data?.findings.some(({ level, overridable }) => level === 'block' && !overridable) ?? false;
  const goesAhead = obstacles > 0 && !blocked && kind !== 'release-hold';
  const needed = kind === 'hold' || goesAhead;
  return (
    <footer className={classes.footer}>
      {sheet.failure && <FailurePanel failure={sheet.failure} onRetry={() => void sheet.send()} />}
      <Textarea
        size="sm"
        data-autofocus={kind === 'deploy' ? undefined : true}
        label={needed ? 'Reason' : 'Reason (optional)'}
        description={
          goesAhead && kind !== 'hold'
            ? 'You go ahead in spite of what the checks found: say why. It goes into the commit and the history.'
            : 'It goes into the commit and the history.'
        }
        required={needed}
        withAsterisk={false}
        autosize
        minRows={1}
        maxRows={3}
        maxLength={500}
        value={draft.reason}
        onChange={(event) => sheet.setReason(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void sheet.send();
        }}
      />
      <div className={classes.buttons}>
        <span className={classes.why}>{intent ? sheet.blocked : ''}</span>
        <Button variant="default" size="sm" onClick={closeSheet}>
          Cancel
        </Button>
        <ActButton size="sm" blocked={sheet.blocked} busy={sheet.busy} onAct={() => void sheet.send()}>
          {intent ? actOf(intent) : acts[kind]}
        </ActButton>
      </div>
    </footer>
  );
}
