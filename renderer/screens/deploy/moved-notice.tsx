import { IconArrowsExchange } from '@tabler/icons-react';
import { shortVersion } from '../../../shared/domain/version';
import { FindingList } from '../../ui/finding-list';
import classes from './deploy-sheet.module.css';
import type { Moved } from './use-draft';

const say = (version: string | null): string => (version === null ? 'no version' : shortVersion(version));

/** What changed since the person looked. What is below it was checked again; the button asks for a fresh click. */
export function MovedNotice({ moved, environment }: { moved: Moved; environment: string }) {
  return (
    <section className={classes.moved} role="alert">
      <p>
        <IconArrowsExchange size={16} aria-hidden />
        <strong>
          {moved.from === moved.to
            ? `${environment} is not as you saw it.`
            : `${environment} moved while you looked: ${say(moved.from)} → ${say(moved.to)}.`}
        </strong>
      </p>
      <p>Nothing was sent. Everything below was checked again; confirm when it is still what you want.</p>
      {moved.worse.length > 0 && <FindingList findings={moved.worse} />}
    </section>
  );
}
