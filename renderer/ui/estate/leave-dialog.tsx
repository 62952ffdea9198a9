import { Button, Modal } from '@mantine/core';
import type { Failure } from '../../../shared/domain/failure/failure';
import classes from './estate.module.css';

/** Asks before an estate is left in which something can't be interrupted. `failure`: `busy`, as main told it. */
export function LeaveDialog({
  failure,
  onLeave,
  onStay,
}: {
  failure: Failure | null;
  onLeave: () => void;
  onStay: () => void;
}) {
  return (
    <Modal
      opened={failure !== null}
      onClose={onStay}
      title="Leave this estate?"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <p className={classes.said}>{failure?.message}</p>
      <p className={classes.said}>
        It continues without Signalbox, and nobody watches it until you open this estate again.
      </p>
      <div className={classes.choices}>
        <Button variant="default" onClick={onStay} data-autofocus>
          Stay
        </Button>
        <Button onClick={onLeave}>Leave anyway</Button>
      </div>
    </Modal>
  );
}
