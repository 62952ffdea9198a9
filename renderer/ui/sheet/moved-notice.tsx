import { IconArrowsExchange } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './sheet.module.css';

/** What changed since the person looked: `moved` says it in a sentence, the rest what it means and what to do. */
export function MovedNotice({ moved, children }: { moved: string; children: ReactNode }) {
  return (
    <section className={classes.moved} role="alert">
      <p>
        <IconArrowsExchange size={16} aria-hidden />
        <strong>{moved}</strong>
      </p>
      {children}
    </section>
  );
}
