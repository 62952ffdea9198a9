import { IconSnowflake } from '@tabler/icons-react';
import type { FreezeView } from '../../../shared/domain/freeze/freeze-view';
import { useFreezes } from '../../data/freeze-queries';
import { useBoardFrame, useReadOnly } from '../../data/queries';
import { ActionButton } from '../../ui/action/action-button';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { Until } from '../../ui/freeze/freeze-note';
import { teamTime } from '../../ui/freeze/team-time';
import { NotReadYet } from '../../ui/layout/not-read-yet';
import { Empty } from '../../ui/layout/panel';
import { openFreeze } from '../../ui/layout/ui-state';
import { ago, fullTime } from '../../ui/time/time';
import { useNow } from '../../ui/time/use-now';
import { FreezeRequest } from './freeze-request';
import classes from './freezes.module.css';

const nothingSaid = {
  kind: 'freeze',
  from: null,
  until: null,
  automatic: true,
  manual: 'warn',
  reason: '',
} as const;

/** Every freeze: who, why, from and until when, how far it works; and the ways to set, change and lift one. */
export function FreezesScreen() {
  const { data, error, refetch } = useFreezes();
  const readOnlyBecause = useReadOnly();
  const isRead = useBoardFrame().data?.isRead;
  return (
    <div className={classes.screen}>
      <header className={classes.head}>
        <h1>Freezes</h1>
        <ActionButton
          variant="filled"
          blocked={readOnlyBecause}
          onAction={() =>
            openFreeze({ ...nothingSaid, scope: { app: null, environment: null, pipeline: null } })
          }
        >
          Freeze…
        </ActionButton>
      </header>
      {error && <FailurePanel failure={error.failure} onRetry={() => void refetch()} />}
      {data?.unread.map(({ path, message }) => (
        <p key={path} className={classes.fault} role="alert">
          {message} What it freezes is not known: correct the file in the release repo.
        </p>
      ))}
      {isRead === false && <NotReadYet what="Freezes" />}
      {isRead && data?.freezes.length === 0 && data.unread.length === 0 && (
        <Empty title="Nothing is frozen">
          A freeze stops automatic deploys, and asks for a reason when somebody deploys by hand.
        </Empty>
      )}
      <ul className={classes.list}>
        {data?.freezes.map((one) => (
          <FreezeRow key={one.operation} freeze={one} timeZone={data.timeZone} />
        ))}
      </ul>
    </div>
  );
}

const phaseWord = {
  active: 'In force',
  requested: 'Requested',
  planned: 'Planned',
  ended: 'Ended',
} as const;
const effectWord = {
  effective: 'Effective',
  pending: 'Pending',
  requested: 'Requested',
  unknown: 'Not confirmed',
  none: null,
} as const;

function FreezeRow({ freeze, timeZone }: { freeze: FreezeView; timeZone: string }) {
  const now = useNow('calm');
  const readOnlyBecause = useReadOnly();
  const blocked = readOnlyBecause ?? freeze.newer;
  const { app, environment, pipeline, operation, until } = freeze;
  const about = { freeze: operation, scope: { app, environment, pipeline } };
  return (
    <li className={classes.row} data-phase={freeze.phase}>
      <IconSnowflake size={20} aria-hidden />
      <div className={classes.body}>
        <h2>
          {freeze.what} <span className={classes.phase}>{phaseWord[freeze.phase]}</span>
        </h2>
        <p>
          {freeze.phase === 'planned' && <>From {teamTime(freeze.from, timeZone)} </>}
          <Until until={until} timeZone={timeZone} />. {freeze.passes}
        </p>
        <p className={classes.why}>“{freeze.reason}”</p>
        <p className={classes.quiet}>
          Set by {freeze.by} <span title={fullTime(freeze.at)}>{ago(freeze.at, now)}</span>
        </p>
        {freeze.lateSince && (
          <p className={classes.late}>
            {freeze.phase === 'ended' ? 'Was due to end' : 'Was due to begin'}{' '}
            {teamTime(freeze.lateSince, timeZone)}; no Signalbox that could do it was running.
          </p>
        )}
        {effectWord[freeze.effect.state] && (
          <p className={classes.effect} data-state={freeze.effect.state}>
            <strong>{effectWord[freeze.effect.state]}.</strong> {freeze.effect.text}
          </p>
        )}
        {freeze.request && <FreezeRequest request={freeze.request} what={freeze.what} />}
      </div>
      {freeze.phase !== 'requested' && (
        <div className={classes.actions}>
          <ActionButton
            variant="default"
            blocked={blocked}
            label={`Change the freeze of ${freeze.what}`}
            onAction={() =>
              openFreeze({
                kind: 'change-freeze',
                ...about,
                seen: until,
                until,
                manual: freeze.manual === 'warn' ? 'warn' : 'block',
              })
            }
          >
            Change…
          </ActionButton>
          <ActionButton
            variant="default"
            blocked={blocked}
            label={`Lift the freeze of ${freeze.what}`}
            onAction={() => openFreeze({ kind: 'thaw', ...about, ended: false })}
          >
            Lift…
          </ActionButton>
        </div>
      )}
    </li>
  );
}
