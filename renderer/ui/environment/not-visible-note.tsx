import { IconEyeOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { EnvironmentView } from '../../../shared/domain/board/board';
import { notVisible } from '../../../shared/domain/rollout/not-visible';
import { useAccounts } from '../../data/account-queries';
import classes from './not-visible-note.module.css';

/** What of an environment this person may not see, once, and where that is put right. It warns of nothing. */
export function NotVisibleNote({ environment }: { environment: Pick<EnvironmentView, 'name' | 'gaps'> }) {
  const kept = notVisible(environment.gaps);
  const accounts = useAccounts().data ?? [];
  if (!kept) return null;
  const canSignIn = accounts.some((one) => one.environment === environment.name);
  return (
    <p className={classes.note}>
      <IconEyeOff size={14} aria-hidden />
      <span>
        {kept.text} {kept.meaning}{' '}
        <Link to="/clusters" search={{ environment: environment.name }}>
          {canSignIn ? 'Sign in to see more' : 'What you can see'}
        </Link>
      </span>
    </p>
  );
}
