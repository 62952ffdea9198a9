import { Button } from '@mantine/core';
import { useState } from 'react';
import type { Change, SourceCommit } from '../../../shared/domain/ledger/change';
import { count } from '../../../shared/domain/text/count';
import { ExternalLink } from '../text/external-link';
import classes from './change-view.module.css';

type Known = Extract<Change, { state: 'known' }>;

/** The commits of a change by author: whoever has the most first, each in the order given. */
function byAuthor(commits: readonly SourceCommit[]): { author: string; commits: SourceCommit[] }[] {
  const groups = new Map<string, SourceCommit[]>();
  for (const commit of commits) {
    const group = groups.get(commit.author);
    if (group) group.push(commit);
    else groups.set(commit.author, [commit]);
  }
  return [...groups]
    .map(([author, own]) => ({ author, commits: own }))
    .sort((a, b) => b.commits.length - a.commits.length);
}

/** A change in one line: `5 commits by 2 people, 1 migration`. */
export function changeSummary(change: Change): string {
  if (change.state === 'unknown') return `Differences not known: ${change.because}`;
  if (change.direction === 'same') return 'Same version.';
  // Going back, GitHub lists what is taken back as the other side.
  const back = change.direction === 'backward' && change.commits.length === 0;
  const commits = back ? change.lost : change.commits;
  const people = new Set(commits.map((commit) => commit.author)).size;
  const by = people > 1 ? ` by ${count(people, 'person', 'people')}` : '';
  const parts = [`${count(commits.length, 'commit')}${change.truncated ? ' or more' : ''}${by}`];
  if (change.migrations.length > 0) parts.push(count(change.migrations.length, 'migration'));
  if (!back && change.lost.length > 0)
    parts.push(`${count(change.lost.length, 'commit')} only on the other side`);
  return `${change.direction === 'backward' ? 'Removes ' : ''}${parts.join(', ')}`;
}

function Commit({ commit }: { commit: SourceCommit }) {
  return (
    <li className={classes.commit}>
      <span className={`${classes.sha} mono`}>{commit.sha.slice(0, 8)}</span>
      <span className={classes.subject}>{commit.subject}</span>
      <span>
        {commit.pullRequest && (
          <ExternalLink url={commit.pullRequest.url}>#{commit.pullRequest.number}</ExternalLink>
        )}
      </span>
    </li>
  );
}

const folded = 12;

function Authors({ commits }: { commits: readonly SourceCommit[] }) {
  const [limit, setLimit] = useState(folded);
  const groups = byAuthor(commits);
  let left = limit;
  return (
    <>
      {groups.map((group) => {
        const shown = group.commits.slice(0, Math.max(0, left));
        left -= shown.length;
        if (shown.length === 0) return null;
        return (
          <section key={group.author} className={classes.author}>
            <h4>
              {group.author} <span>{count(group.commits.length, 'commit')}</span>
            </h4>
            <ul>
              {shown.map((commit) => (
                <Commit key={commit.sha} commit={commit} />
              ))}
            </ul>
          </section>
        );
      })}
      {commits.length > limit && (
        <Button variant="default" className={classes.more ?? ''} onClick={() => setLimit((now) => now + 100)}>
          Show {count(Math.min(100, commits.length - limit), 'more commit')}
        </Button>
      )}
    </>
  );
}

/** What differs between two versions: migrations first, then the commits by author; long lists are folded. */
export function ChangeView({ change }: { change: Change }) {
  if (change.state === 'unknown') return <p className={classes.empty}>{changeSummary(change)}</p>;
  return <KnownChange change={change} />;
}

function KnownChange({ change }: { change: Known }) {
  const back = change.direction === 'backward';
  return (
    <div>
      <p className={classes.head}>
        <span>{changeSummary(change)}</span>
        {change.url && <ExternalLink url={change.url}>Compare</ExternalLink>}
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
