import { Drawer } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './sheet.module.css';

interface SheetProps {
  opened: boolean;
  onClose: () => void;
  title: string;
  children: ReactNode;
}

/** The sheet at the right in which an action is looked at before it is sent. Focus returns to where it came from. */
export function Sheet({ opened, onClose, title, children }: SheetProps) {
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      data-closing={!opened || undefined}
      position="right"
      size={660}
      title={title}
      classNames={{
        content: classes.content ?? '',
        header: classes.header ?? '',
        title: classes.title ?? '',
        body: classes.body ?? '',
      }}
    >
      {children}
    </Drawer>
  );
}

/** What is read and chosen, which scrolls, and the foot below it with the reason and the action. */
export function SheetBody({ children, foot }: { children: ReactNode; foot: ReactNode }) {
  return (
    <div className={classes.form}>
      <div className={classes.scroll}>{children}</div>
      {foot}
    </div>
  );
}
