import { Button, Modal } from '@mantine/core';
import { type ReactNode, useId } from 'react';
import type { OnceName } from '../../../shared/contract/contract';
import { type OnceRequest, useOnce } from '../../data/attempts';
import { FailurePanel } from '../finding/failure-panel';
import { announce } from '../text/announcer';
import { ActButton } from './act-button';
import classes from './act-dialog.module.css';

/** What is asked of a cluster and answered at once: not what begins an operation. */
type ClusterAction = Exclude<OnceName, 'operation.start' | 'application.nudge'>;

export interface ActDialogProps {
  /** The whole act, as the button of the confirmation says it: `Sync frontend in production`. */
  act: string;
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

/** Looks at an act before it is sent: what it does, what follows, what asks for care. What came of it is told here too. */
export function ActDialog({
  opened,
  onClose,
  ...act
}: ActDialogProps & { opened: boolean; onClose: () => void }) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      data-closing={!opened || undefined}
      title={`${act.act}?`}
      size="md"
      centered
    >
      <Confirmation {...act} onClose={onClose} />
    </Modal>
  );
}

function Confirmation(props: ActDialogProps & { onClose: () => void }) {
  const { act, meaning, care, destructive, blocked, request, onDone, onClose } = props;
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
        <ActButton
          size="sm"
          color={destructive ? 'brick' : 'signal'}
          blocked={blocked}
          busy={send.isPending}
          data-autofocus={destructive || care ? undefined : true}
          onAct={confirm}
        >
          {act}
        </ActButton>
      </div>
      {send.error && <FailurePanel failure={send.error.failure} onRetry={confirm} />}
    </div>
  );
}
