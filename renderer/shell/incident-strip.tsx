import { IconAlertTriangle, IconArrowBackUp } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import { useEffect } from 'react';
import type { AttentionItem } from '../../shared/domain/attention/attention-items';
import type { Cell } from '../../shared/domain/board/board';
import { shortVersion } from '../../shared/domain/ledger/version';
import { count } from '../../shared/domain/text/count';
import { useDebt } from '../data/emergency';
import { useOneClickRollback } from '../data/one-click';
import { useBoardFrame } from '../data/queries';
import { ActionButton } from '../ui/action/action-button';
import { EmergencyButton } from '../ui/emergency/emergency-actions';
import { useAttention } from '../ui/incident/use-attention';
import { openSheet } from '../ui/layout/ui-state';
import { announce } from '../ui/text/announcer';
import { clock, fullTime } from '../ui/time/time';
import { useNow } from '../ui/time/use-now';
import classes from './incident-strip.module.css';

/** What fails where users see it: on every screen, until it does not fail any more. */
export function IncidentStrip() {
  const incidents = useAttention().items.filter(({ production }) => production);
  const [first, ...others] = incidents;
  const said = first && `${first.subject}: ${first.reason}`;
  useEffect(() => {
    if (said) announce(said);
  }, [said]);
  return first ? <Incident item={first} others={others.length} /> : null;
}

function Incident({ item, others }: { item: AttentionItem; others: number }) {
  const now = useNow('calm');
  const { place } = item;
  return (
    <div className={classes.strip} role="note" aria-label="Incident">
      <IconAlertTriangle size={18} aria-hidden />
      <p className={classes.text}>
        <strong>
          {item.subject}: {item.reason}
        </strong>{' '}
        {item.cause} {item.served}{' '}
        {item.since && (
          <span className={classes.since} title={fullTime(item.since)}>
            Since {clock(item.since, now)}.
          </span>
        )}
      </p>
      {others > 0 && (
        <Link to="/" search={{ only: 'attention' }}>
          {count(others, 'more')}
        </Link>
      )}
      {place.at === 'cell' && <CellWays cell={place.cell} />}
      {place.at === 'pipeline' && (
        <Link to="/pipelines/$pipeline" params={{ pipeline: place.pipeline }}>
          Open {place.pipeline}
        </Link>
      )}
    </div>
  );
}

/** To where it is seen, and the way back; or to the operation that is at work on it. */
function CellWays({ cell }: { cell: Cell }) {
  const { app, environment, operation, rollbackTarget } = cell;
  const rollback = useOneClickRollback(cell);
  const debt = useDebt(cell);
  const away = useBoardFrame().data?.emergency.away ?? null;
  return (
    <>
      <Link to="/apps/$app" params={{ app }} search={{ environment, look: 'rollout' }}>
        Details
      </Link>
      {operation?.state === 'running' && (
        <Link to="/operations/$operationId" params={{ operationId: operation.id }}>
          Operation running
        </Link>
      )}
      {debt === null && away !== null && <EmergencyButton cell={cell} compact />}
      {rollbackTarget && away === null && (
        <ActionButton
          color="brick"
          leftSection={<IconArrowBackUp size={15} aria-hidden />}
          blocked={rollback.blocked}
          busy={rollback.busy}
          onAction={() =>
            void rollback.click(() =>
              openSheet({ kind: 'rollback', app, environment, version: rollbackTarget.version }),
            )
          }
        >
          Roll back {app} to {shortVersion(rollbackTarget.version)}
        </ActionButton>
      )}
    </>
  );
}
