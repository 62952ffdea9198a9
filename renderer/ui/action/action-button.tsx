import { Button, type ButtonProps, Tooltip } from '@mantine/core';
import { type ReactNode, type Ref, useId } from 'react';
import { localTimes } from '../time/timed-text';
import { useNow } from '../time/use-now';

interface ActionButtonProps extends Omit<ButtonProps, 'disabled' | 'children'> {
  children: ReactNode;
  /** Why it cannot act now, in a full sentence; `null` when it can. */
  blocked: string | null;
  busy?: boolean;
  onAction: () => void;
  /** When the visible text is shorter than what the action needs to be named by. */
  label?: string;
  ref?: Ref<HTMLButtonElement>;
}

/**
 * A button that says the action. While it is blocked it stays focusable and explains itself: in its tooltip on hover
 * and focus, and as its description for assistive technology.
 */
export function ActionButton({ children, blocked, busy, onAction, label, ref, ...rest }: ActionButtonProps) {
  const reasonId = useId();
  const now = useNow('calm');
  const told = blocked === null ? null : localTimes(blocked, now);
  const off = blocked !== null || busy === true;
  return (
    <>
      <Tooltip label={told ?? ''} disabled={blocked === null}>
        <Button
          ref={ref}
          {...rest}
          aria-label={label}
          aria-disabled={off || undefined}
          aria-describedby={blocked === null ? undefined : reasonId}
          data-disabled={off || undefined}
          aria-busy={busy || undefined}
          onClick={(event) => {
            if (off) event.preventDefault();
            else onAction();
          }}
        >
          {children}
        </Button>
      </Tooltip>
      {blocked !== null && (
        <span id={reasonId} className="visually-hidden">
          {told}
        </span>
      )}
    </>
  );
}
