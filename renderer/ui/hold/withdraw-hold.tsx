import { IconPlayerStop } from '@tabler/icons-react';
import type { Operation } from '../../../shared/domain/operation/operation';
import { useCancelOperation } from '../../data/queries';
import { ActionButton } from '../action/action-button';
import { FailurePanel } from '../finding/failure-panel';

/** Whether only the request of an operation's hold can be taken back: its version has landed. */
export const isHoldAlone = ({ cancel }: Operation): boolean =>
  cancel.allowed && cancel.only === 'hold-request';

/** Takes back the request of a hold that waits for its review. */
export function WithdrawHold({
  operation,
  className,
}: {
  operation: Operation;
  className?: string | undefined;
}) {
  const cancel = useCancelOperation();
  return (
    <>
      <ActionButton
        variant="default"
        leftSection={<IconPlayerStop size={14} aria-hidden />}
        blocked={operation.cancel.allowed ? null : operation.cancel.because}
        busy={cancel.isPending}
        onAction={() => cancel.mutate(operation.id)}
      >
        Withdraw the hold request
      </ActionButton>
      <p className={className}>
        Closes its pull request and deletes the branch. The rolled-back version stays, and automatic deploys
        stay on.
      </p>
      {cancel.error && <FailurePanel failure={cancel.error.failure} />}
    </>
  );
}
