import { Link } from '@tanstack/react-router';
import type { FreezeView } from '../../../shared/domain/freeze/freeze-view';
import { useCancelOperation, useOperation } from '../../data/queries';
import { ActionButton } from '../../ui/action/action-button';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { ExternalLink } from '../../ui/text/external-link';
import classes from './freezes.module.css';

/** The pull request that a freeze waits for: its page, and where it is this console's own, its operation and its end. */
export function FreezeRequest({
  request,
  what,
}: {
  request: NonNullable<FreezeView['request']>;
  what: string;
}) {
  const { operationId, number, url } = request;
  return (
    <div className={classes.request}>
      {url !== null && number !== null && <ExternalLink url={url}>Pull request #{number}</ExternalLink>}
      {operationId !== null && (
        <>
          <Link to="/operations/$operationId" params={{ operationId }}>
            Show the operation
          </Link>
          <Withdraw operationId={operationId} what={what} />
        </>
      )}
    </div>
  );
}

/** Takes the request back: its pull request is closed. */
function Withdraw({ operationId, what }: { operationId: string; what: string }) {
  const operation = useOperation(operationId).data;
  const cancel = useCancelOperation();
  if (operation?.state !== 'running') return null;
  return (
    <>
      <ActionButton
        variant="default"
        busy={cancel.isPending}
        blocked={operation.cancel.allowed ? null : operation.cancel.because}
        label={`Withdraw the request for ${what}`}
        onAction={() => cancel.mutate(operationId)}
      >
        Withdraw the request
      </ActionButton>
      {cancel.error && <FailurePanel failure={cancel.error.failure} />}
    </>
  );
}
