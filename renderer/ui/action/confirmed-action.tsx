import { type ReactNode, useState } from 'react';
import { ActionButton } from './action-button';
import { ActionDialog, type ActionDialogProps } from './action-dialog';

interface ConfirmedActionProps extends ActionDialogProps {
  /** On the button: `Sync…`. */
  children: ReactNode;
  icon?: ReactNode;
}

/** A button whose action is looked at before it is sent. */
export function ConfirmedAction({ children, icon, ...action }: ConfirmedActionProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <ActionButton
        variant="default"
        leftSection={icon}
        blocked={action.blocked}
        label={action.action}
        onAction={() => setOpen(true)}
      >
        {children}
      </ActionButton>
      <ActionDialog {...action} opened={open} onClose={() => setOpen(false)} />
    </>
  );
}
