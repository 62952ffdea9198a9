import { Button, Textarea } from '@mantine/core';
import type { ReactNode } from 'react';
import type { Failure } from '../../../shared/domain/failure/failure';
import { ActionButton } from '../action/action-button';
import { FailurePanel } from '../finding/failure-panel';
import { TimedText } from '../time/timed-text';
import classes from './sheet.module.css';

interface SheetFooterProps {
  /** Why the last attempt came to nothing. */
  failure: Failure | null;
  reason: string;
  onReason: (reason: string) => void;
  /** Nothing is sent without a reason. */
  needed: boolean;
  /** What becomes of the reason, below its label. */
  description: string;
  /** Whether the reason is where typing begins. */
  focused: boolean;
  /** Why it cannot be sent, in words; `null` when it can. */
  blocked: string | null;
  /** What is said of that beside the button. */
  why: string | null;
  busy: boolean;
  action: ReactNode;
  onSend: () => void;
  onCancel: () => void;
}

/** The foot of a sheet: the reason, and the button that says the action. */
export function SheetFooter(props: SheetFooterProps) {
  const { failure, reason, needed, focused, blocked, busy, onSend } = props;
  return (
    <footer className={classes.footer}>
      {failure && <FailurePanel failure={failure} onRetry={onSend} />}
      <Textarea
        size="sm"
        data-autofocus={focused || undefined}
        label={needed ? 'Reason' : 'Reason (optional)'}
        description={props.description}
        required={needed}
        withAsterisk={false}
        autosize
        minRows={1}
        maxRows={3}
        maxLength={500}
        value={reason}
        onChange={(event) => props.onReason(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) onSend();
        }}
      />
      <div className={classes.buttons}>
        <span className={classes.why}>{props.why !== null && <TimedText text={props.why} />}</span>
        <Button variant="default" size="sm" onClick={props.onCancel}>
          Cancel
        </Button>
        <ActionButton
          size="sm"
          className={classes.send ?? ''}
          blocked={blocked}
          busy={busy}
          onAction={onSend}
        >
          {props.action}
        </ActionButton>
      </div>
    </footer>
  );
}
