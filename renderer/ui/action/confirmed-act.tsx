import { type ReactNode, useState } from 'react';
import { ActButton } from './act-button';
import { ActDialog, type ActDialogProps } from './act-dialog';

interface ConfirmedActProps extends ActDialogProps {
  /** On the button: `Sync…`. */
  children: ReactNode;
  icon?: ReactNode;
}

/** A button whose act is looked at before it is sent. */
export function ConfirmedAct({ children, icon, ...act }: ConfirmedActProps) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <ActButton
        variant="default"
        leftSection={icon}
        blocked={act.blocked}
        label={act.act}
        onAct={() => setOpen(true)}
      >
        {children}
      </ActButton>
      <ActDialog {...act} opened={open} onClose={() => setOpen(false)} />
    </>
  );
}
