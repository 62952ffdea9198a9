import { Button } from '@mantine/core';
import type { ConcourseSignIn } from '../../../shared/contract/concourse-sign-in';
import { utcText } from '../../../shared/domain/text/utc-text';
import { ask } from '../../data/call';
import {
  useChangeConcourseSignIn,
  useConcourseSignIn,
  useFlyTargets,
} from '../../data/concourse-sign-in-queries';
import { FailurePanel } from '../../ui/finding/failure-panel';
import { CopyButton } from '../../ui/text/copy-button';
import { TimedText } from '../../ui/time/timed-text';
import classes from './settings-screen.module.css';

/** Signing in to a Concourse as fly does: in the browser, or with a session that fly has. */
export function ConcourseSignInPanel({ url, host }: { url: string; host: string }) {
  const { data: now } = useConcourseSignIn(url);
  const change = useChangeConcourseSignIn(url);
  const fly = useFlyTargets(url);
  if (!now) return null;
  const isOpen = now.state === 'waiting' || now.state === 'confirm';
  return (
    <section className={classes.signIn} aria-label={`Sign in to ${host}`}>
      {!isOpen && (
        <div className={classes.choices}>
          <Button
            size="xs"
            variant="default"
            loading={change.isPending}
            onClick={() => change.mutate({ do: 'start' })}
          >
            Sign in at {host}
          </Button>
          <Button size="xs" variant="default" loading={fly.isPending} onClick={() => fly.mutate()}>
            Use a session of fly…
          </Button>
          <p className={classes.quiet}>
            In the browser, or with a session from ~/.flyrc. Nothing is read from it before.
          </p>
        </div>
      )}
      {!isOpen && fly.data && (
        <FlySessions
          host={host}
          targets={fly.data.targets}
          onUse={(target) => change.mutate({ do: 'fly', target })}
        />
      )}
      {now.state === 'waiting' && <Waiting now={now} onCancel={() => change.mutate({ do: 'cancel' })} />}
      {now.state === 'confirm' && (
        <>
          <p role="status">
            This is the session of <strong>{now.account}</strong>: {now.roles}.
            {now.expires !== null && (
              <>
                {' '}
                It ends <TimedText text={utcText(now.expires)} />.
              </>
            )}
          </p>
          <div className={classes.choices}>
            <Button size="xs" onClick={() => change.mutate({ do: 'confirm', account: now.account })}>
              Continue as {now.account}
            </Button>
            <Button size="xs" variant="default" onClick={() => change.mutate({ do: 'cancel' })}>
              Not me
            </Button>
            <p className={classes.quiet}>
              Continue only if this is your account and you started this sign-in.
            </p>
          </div>
        </>
      )}
      {now.state === 'signed-in' && (
        <p role="status">
          <TimedText text={now.text} />
        </p>
      )}
      {now.state === 'failed' && <FailurePanel failure={now.failure} />}
      {(change.error ?? fly.error) && (
        <FailurePanel
          failure={(change.error ?? fly.error)?.failure as NonNullable<typeof change.error>['failure']}
        />
      )}
    </section>
  );
}

function FlySessions(props: {
  host: string;
  targets: { name: string; team: string; expires: string | null; isOver: boolean }[];
  onUse: (name: string) => void;
}) {
  const { host, onUse, targets } = props;
  if (targets.length === 0) return <p role="status">~/.flyrc has no session at {host}.</p>;
  return (
    <ul aria-label="Sessions of fly">
      {targets.map(({ expires, isOver, name, team }) => (
        <li key={name} className={classes.choices}>
          <Button size="xs" variant="default" disabled={isOver} onClick={() => onUse(name)}>
            Use {name}
          </Button>
          <span className={classes.quiet}>
            Team {team}
            {expires !== null && (
              <>
                , {isOver ? 'ended' : 'ends'} <TimedText text={utcText(expires)} />
              </>
            )}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Waiting({
  now,
  onCancel,
}: {
  now: Extract<ConcourseSignIn, { state: 'waiting' }>;
  onCancel: () => void;
}) {
  // Only https is opened; a Concourse of this machine is not.
  const opens = now.page.startsWith('https:');
  return (
    <>
      <p role="status">Sign in on the page in your browser. It hands the session over by itself.</p>
      <div className={classes.choices}>
        {opens && (
          <Button
            size="xs"
            variant="default"
            onClick={() => void ask('shell.open-external', { url: now.page })}
          >
            Open the page again
          </Button>
        )}
        <CopyButton text={now.page} label="Copy the page’s address" />
        <Button size="xs" variant="default" onClick={onCancel}>
          Cancel
        </Button>
        <p className={classes.quiet}>
          Waiting for you until <TimedText text={utcText(now.expires)} />. If the page can’t reach this
          computer, copy its token into the field above.
        </p>
      </div>
    </>
  );
}
