import { Button, Modal } from '@mantine/core';
import { type ReactNode, useId, useState } from 'react';
import { type ActRequest, useClusterAct } from '../../data/argo-queries';
import { ActButton } from '../act-button';
import { announce } from '../announcer';
import { FailurePanel } from '../failure-panel';
import classes from './confirmed-act.module.css';

interface ConfirmedActProps {
  /** On the button: `Sync…`. */
  children: ReactNode;
  icon?: ReactNode;
  /** The whole act, as the button of the confirmation says it: `Sync frontend in production`. */
  act: string;
  /** What it does and what follows, in sentences. */
  meaning: ReactNode;
  /** What asks for care here: users are served by it, it cannot be taken back. */
  care?: string | null;
  /** It destroys work that is under way. */
  destructive?: boolean;
  blocked: string | null;
  request: ActRequest;
  onDone?: (done: { text: string }) => void;
}

/**
 * A button whose act is looked at before it is sent: the confirmation says the act, what follows, and what asks for
 * care. What came of it is told in the same place.
 */
export function ConfirmedAct(props: ConfirmedActProps) {
  const { children, icon, act, blocked, request, onDone } = props;
  const [open, setOpen] = useState(false);
  // One id per confirmation: a second click on the same one is no second act.
  const [requestId, setRequestId] = useState('');
  const send = useClusterAct();
  const close = () => setOpen(false);
  const start = () => {
    send.reset();
    setRequestId(crypto.randomUUID());
    setOpen(true);
  };
  const confirm = () =>
    send.mutate(
      { ...request, requestId },
      {
        onSuccess: (done) => {
          announce(done.text);
          onDone?.(done);
          close();
        },
      },
    );
  return (
    <>
      <ActButton variant="default" leftSection={icon} blocked={blocked} label={act} onAct={start}>
        {children}
      </ActButton>
      <Modal
        opened={open}
        onClose={close}
        data-closing={!open || undefined}
        title={`${act}?`}
        size="md"
        centered
      >
        <Confirmation {...props} busy={send.isPending} onCancel={close} onConfirm={confirm} />
        {send.error && (
          <div className={classes.fault}>
            <FailurePanel failure={send.error.failure} onRetry={confirm} />
          </div>
        )}
      </Modal>
    </>
  );
}

function Confirmation(
  props: ConfirmedActProps & { busy: boolean; onCancel: () => void; onConfirm: () => void },
) {
  const { act, meaning, care, destructive, busy, blocked, onCancel, onConfirm } = props;
  const id = useId();
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
          onClick={onCancel}
          data-autofocus={destructive || care ? true : undefined}
        >
          Cancel
        </Button>
        <ActButton
          size="sm"
          color={destructive ? 'brick' : 'signal'}
          blocked={blocked}
          busy={busy}
          data-autofocus={destructive || care ? undefined : true}
          onAct={onConfirm}
        >
          {act}
        </ActButton>
      </div>
    </div>
  );
}
