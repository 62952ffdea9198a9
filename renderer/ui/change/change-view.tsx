import { Button } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import {
  countPullRequests,
  type PullRequestOfChange,
  pullRequestsByAuthor,
  titleOf,
} from '../../../shared/domain/history/pull-requests';
import type { Change, SourceCommit } from '../../../shared/domain/ledger/change';
import { count } from '../../../shared/domain/text/count';
import { ExternalLink } from '../text/external-link';
import { clock, fullTime } from '../time/time';
import { TimedText } from '../time/timed-text';
import { useNow } from '../time/use-now';
import classes from './change-view.module.css';

type Known = Extract<Change, { state: 'known' }>;

/** A change in one line: `5 commits in 2 pull requests by 2 people, 1 migration`. */
export function changeSummary(change: Change): string {
  if (change.state === 'unknown') return `Differences not known: ${change.because}`;
  if (change.direction === 'same') return 'Same version.';
  // Going back, GitHub lists what is taken back as the other side.
  const back = change.direction === 'backward' && change.commits.length === 0;
  const commits = back ? change.lost : change.commits;
  const people = new Set(commits.map((commit) => commit.author)).size;
  const by = people > 1 ? ` by ${count(people, 'person', 'people')}` : '';
  const pulls = countPullRequests(commits);
  const within = pulls > 0 ? ` in ${count(pulls, 'pull request')}` : '';
  const parts = [`${count(commits.length, 'commit')}${change.truncated ? ' or more' : ''}${within}${by}`];
  if (change.migrations.length > 0)
    parts.push(
      `${count(change.migrations.length, 'migration')}${change.migrationsPartial ? ' or more' : ''}`,
    );
  else if (change.migrationsPartial) parts.push('migrations not known');
  if (!back && change.lost.length > 0)
    parts.push(`${count(change.lost.length, 'commit')} only on the other side`);
  return `${change.direction === 'backward' ? 'Removes ' : ''}${parts.join(', ')}`;
}

function Commit({ commit }: { commit: SourceCommit }) {
  return (
    <li className={classes.commit}>
      <span className={`${classes.sha} mono`}>{commit.sha.slice(0, 8)}</span>
      <span className={classes.subject}>{commit.subject}</span>
    </li>
  );
}

/** A pull request in one line; its commits are named where there are several. */
function PullRequest({ pull }: { pull: PullRequestOfChange }) {
  return (
    <li className={classes.commit}>
      <span className={classes.sha}>
        <ExternalLink url={pull.commits[0]?.pullRequest?.url ?? null}>#{pull.number}</ExternalLink>
      </span>
      <span className={classes.subject}>{titleOf(pull)}</span>
      <span className={classes.sha} title={pull.commits.map(({ subject }) => subject).join('\n')}>
        {pull.commits.length > 1 ? count(pull.commits.length, 'commit') : pull.commits[0]?.sha.slice(0, 8)}
      </span>
    </li>
  );
}

const folded = 12;

function Authors({ commits }: { commits: readonly SourceCommit[] }) {
  const [limit, setLimit] = useState(folded);
  const groups = pullRequestsByAuthor(commits);
  const total = groups.reduce((sum, one) => sum + one.pullRequests.length + one.commits.length, 0);
  let left = limit;
  return (
    <>
      {groups.map((group) => {
        const pulls = group.pullRequests.slice(0, Math.max(0, left));
        left -= pulls.length;
        const shown = group.commits.slice(0, Math.max(0, left));
        left -= shown.length;
        if (pulls.length + shown.length === 0) return null;
        const said = [
          ...(group.pullRequests.length > 0 ? [count(group.pullRequests.length, 'pull request')] : []),
          ...(group.commits.length > 0 ? [count(group.commits.length, 'commit')] : []),
        ];
        return (
          <section key={group.author} className={classes.author}>
            <h4>
              {group.author} <span>{said.join(', ')}</span>
            </h4>
            <ul>
              {pulls.map((pull) => (
                <PullRequest key={pull.number} pull={pull} />
              ))}
              {shown.map((commit) => (
                <Commit key={commit.sha} commit={commit} />
              ))}
            </ul>
          </section>
        );
      })}
      {total > limit && (
        <Button variant="default" className={classes.more ?? ''} onClick={() => setLimit((now) => now + 100)}>
          Show {Math.min(100, total - limit)} more
        </Button>
      )}
    </>
  );
}

/** When it was read, where GitHub could not be asked again since. */
export function Age({ asOf }: { asOf: string }) {
  const now = useNow('calm');
  return (
    <time dateTime={asOf} title={`GitHub could not be asked now. Read ${fullTime(asOf)}`}>
      as of {clock(asOf, now)}
    </time>
  );
}

/** {@link changeSummary} with its age, where it was kept from an earlier time. */
export function ChangeSummary({ change }: { change: Change }) {
  const summary = changeSummary(change);
  if (change.state === 'unknown' || change.asOf === undefined) return <TimedText text={summary} />;
  return (
    <>
      {summary}, <Age asOf={change.asOf} />
    </>
  );
}

interface ChangeViewProps {
  change: Change;
  /** Asks again: offered where it is not known, or kept from an earlier time. */
  onRetry?: () => void;
  /** It is being asked again. */
  busy?: boolean;
}

/** What differs between two versions: migrations first, then the commits by author; long lists are folded. */
export function ChangeView({ change, onRetry, busy = false }: ChangeViewProps) {
  const retry = onRetry && (
    <Button variant="default" size="compact-xs" loading={busy} onClick={onRetry}>
      Try again
    </Button>
  );
  if (change.state === 'unknown')
    return (
      <div className={classes.empty}>
        <p>
          <TimedText text={changeSummary(change)} />
        </p>
        {retry}
      </div>
    );
  return <KnownChange change={change} retry={change.asOf === undefined ? null : retry} />;
}

function KnownChange({ change, retry }: { change: Known; retry: ReactNode }) {
  const back = change.direction === 'backward';
  return (
    <div>
      <p className={classes.head}>
        <span>
          <ChangeSummary change={change} />
        </span>
        {change.url && <ExternalLink url={change.url}>Compare</ExternalLink>}
        {retry}
      </p>
      {change.migrations.length > 0 && (
        <section className={classes.migrations}>
          <h4>
            {count(change.migrations.length, 'migration')}
            {back ? ' that will not be undone' : ' to run'}
          </h4>
          <ul>
            {change.migrations.map((migration) => (
              <li key={migration} className="mono">
                {migration}
              </li>
            ))}
          </ul>
        </section>
      )}
      <Authors commits={change.commits} />
      {change.lost.length > 0 && (
        <section>
          <h4 className={classes.lost}>{back ? 'Removed' : 'Only on the other side'}</h4>
          <Authors commits={change.lost} />
        </section>
      )}
    </div>
  );
}
