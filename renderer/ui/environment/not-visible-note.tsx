import { IconEyeOff } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { EnvironmentView } from '../../../shared/domain/board/board';
import { notVisible } from '../../../shared/domain/rollout/not-visible';
import { useAccounts } from '../../data/account-queries';
import classes from './not-visible-note.module.css';

type Seen = Pick<EnvironmentView, 'name' | 'gaps'>;

/** What of an environment this person may not see, once, and where that is put right. It warns of nothing. */
export function NotVisibleNote({ environment }: { environment: Seen }) {
  const kept = notVisible(environment.gaps);
  return kept && <Note places={[environment.name]} text={`${kept.text} ${kept.meaning}`} />;
}

/** The same of several: what is alike in them is said once. */
export function NotVisibleNotes({ environments }: { environments: readonly Seen[] }) {
  const places = new Map<string, string[]>();
  for (const { name, gaps } of environments) {
    const kept = notVisible(gaps);
    if (!kept) continue;
    const text = `${kept.text} ${kept.meaning}`;
    places.set(text, [...(places.get(text) ?? []), name]);
  }
  return [...places].map(([text, names]) => (
    <Note
      key={text}
      places={names}
      text={names.length === environments.length ? text : `${names.join(', ')}: ${text}`}
    />
  ));
}

function Note({ places, text }: { places: readonly string[]; text: string }) {
  const accounts = useAccounts().data ?? [];
  const [first] = places;
  const canSignIn = accounts.some((one) => places.includes(one.environment));
  return (
    <p className={classes.note}>
      <IconEyeOff size={14} aria-hidden />
      <span>
        {text}{' '}
        <Link
          to="/clusters"
          search={first !== undefined && places.length === 1 ? { environment: first } : {}}
        >
          {canSignIn ? 'Sign in to see more' : 'What you can see'}
        </Link>
      </span>
    </p>
  );
}
