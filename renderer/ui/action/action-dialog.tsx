import { Button, Modal } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import type { OnceName } from '../../../shared/contract/contract';
import { type OnceRequest, useOnce } from '../../data/attempts';
import { FailurePanel } from '../finding/failure-panel';
import { announce } from '../text/announcer';
import { ActionButton } from './action-button';
import classes from './action-dialog.module.css';

/** What is asked of a cluster and answered at once: not what begins an operation. */
type ClusterAction = Exclude<OnceName, 'operation.start' | 'application.nudge'>;

export interface ActionDialogProps {
  /** The whole action, as the button of the confirmation says it: `Sync frontend in production`. */
  action: string;
  /** What it does and what follows, in sentences. */
  meaning: ReactNode;
  /** What asks for care here: users are served by it, it cannot be taken back. */
  care?: string | null;
  /** It destroys work that is under way. */
  destructive?: boolean;
  /** Why it cannot be done now, in a sentence; `null`: it can. */
  blocked: string | null;
  request: OnceRequest<ClusterAction>;
  onDone?: (done: { text: string }) => void;
}

/** Looks at an action before it is sent: what it does, what follows, what asks for care. What came of it is told here too. */
export function ActionDialog({
  opened,
  onClose,
  ...action
}: ActionDialogProps & { opened: boolean; onClose: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      data-closing={!opened || undefined}
      title={`${action.action}?`}
      size="md"
      centered
    >
      <Confirmation {...action} onClose={onClose} />
    </Modal>
  );
}

function Confirmation(props: ActionDialogProps & { onClose: () => void }) {
  const { action, meaning, care, destructive, blocked, request, onDone, onClose } = props;
  const id = useId();
  const send = useOnce<ClusterAction>();
  const confirm = () =>
    send.mutate(request, {
      onSuccess: (done) => {
        announce(done.text);
        onDone?.(done);
        onClose();
      },
    });
  return (
    <div className={classes.body}>
      <div id={id}>{meaning}</div>
      {care && (
        <p className={classes.care} role="note">
          {care}
        </p>
      )}
      <div className={classes.buttons}>
        {/* With something at stake the way back has the focus. */}
        <Button
          variant="default"
          size="sm"
          onClick={onClose}
          data-autofocus={destructive || care ? true : undefined}
        >
          Cancel
        </Button>
        <ActionButton
          size="sm"
          color={destructive ? 'brick' : 'signal'}
          blocked={blocked}
          busy={send.isPending}
          data-autofocus={destructive || care ? undefined : true}
          onAction={confirm}
        >
          {action}
        </ActionButton>
      </div>
      {send.error && <FailurePanel failure={send.error.failure} onRetry={confirm} />}
    </div>
  );
}
