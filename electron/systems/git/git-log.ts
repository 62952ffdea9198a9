import { type GitOptions, runGit } from './run-git';

/** One commit as `git log` tells it. Times are ISO 8601 in UTC. */
export interface LoggedCommit {
  commit: string;
  parents: readonly string[];
  authorName: string;
  authorEmail: string;
  authoredAt: string;
  committedAt: string;
  message: string;
}

export interface LogQuery {
  ref: string;
  paths?: readonly string[];
  limit?: number;
  firstParent?: boolean;
  /** A commit of the repo: it and all behind it are left out. */
  without?: string;
  /** Text that the message must hold, as it is (no pattern). */
  messageHolds?: string;
}

const format = ['%H', '%P', '%an', '%ae', '%at', '%ct', '%B'].join('%x1f');

/** Commits, newest first (git-log(1)). */
export async function gitLog(
  query: LogQuery,
  options: GitOptions & { gitDir: string },
): Promise<LoggedCommit[]> {
  const { stdout } = await runGit(
    [
      'log',
      '-z',
      '--no-color',
      '--no-show-signature',
      '--encoding=UTF-8',
      `--format=${format}`,
      ...(query.firstParent ? ['--first-parent'] : []),
      ...(query.limit === undefined ? [] : [`--max-count=${query.limit}`]),
      ...(query.messageHolds === undefined ? [] : ['--fixed-strings', `--grep=${query.messageHolds}`]),
      '--end-of-options',
      query.ref,
      ...(query.without === undefined ? [] : [`^${query.without}`]),
      '--',
      ...(query.paths ?? []),
    ],
    options,
  );
  return parseLog(stdout.toString('utf8'));
}

/** Records of the format above, with a NUL between them. */
export function parseLog(text: string): LoggedCommit[] {
  const commits: LoggedCommit[] = [];
  for (const record of text.split('\0')) {
    const [commit, parents, authorName, authorEmail, authored, committed, ...message] = record.split('\x1f');
    if (!commit || committed === undefined) continue;
    commits.push({
      commit,
      parents: parents ? parents.split(' ') : [],
      authorName: authorName ?? '',
      authorEmail: authorEmail ?? '',
      authoredAt: isoTime(Number(authored)),
      committedAt: isoTime(Number(committed)),
      message: message.join('\x1f'),
    });
  }
  return commits;
}

/** Seconds since 1970 as ISO 8601 in UTC. A time that no calendar holds is 1970. */
export function isoTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? new Date(0).toISOString() : date.toISOString();
}
