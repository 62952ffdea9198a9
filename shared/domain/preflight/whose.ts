import type { SourceCommit, SourcePerson } from '../ledger/change';

/** Who the person at this console is, to tell their own changes from those of others. */
export interface Me {
  /** The name that their commits bear, by the Git identity. */
  name: string;
  /** Addresses that are theirs: of the Git identity, and what GitHub told. */
  emails: readonly string[];
  /** The GitHub account that is signed in; `null`: none, or it was not told yet. */
  account: { login: string; id: number | null } | null;
}

const same = (a: string, b: string): boolean =>
  a.trim().localeCompare(b.trim(), undefined, { sensitivity: 'accent' }) === 0;

/**
 * The address that GitHub gives whoever keeps theirs private: `12345+login@users.noreply.github.com`, or without the number
 * for old accounts ("Setting your commit email address"). The number stays when the login changes.
 */
const noreply = /^(?:(\d{1,20})\+)?([^@+]{1,100})@users\.noreply\./i;

const isNoreplyOf = (email: string, { login, id }: NonNullable<Me['account']>): boolean => {
  const found = noreply.exec(email);
  if (!found) return false;
  return found[1] !== undefined && id !== null ? Number(found[1]) === id : same(found[2] ?? '', login);
};

/**
 * Whether somebody in a commit is oneself: by the GitHub account where both are known, which decides alone; else by the
 * address; else by the name, as Git has nothing better.
 */
function isMe({ name, email, login, bot }: SourcePerson, me: Me): boolean {
  if (bot) return false;
  if (login !== null && me.account) return same(login, me.account.login);
  if (email !== null) {
    if (me.emails.some((own) => same(own, email))) return true;
    if (me.account && isNoreplyOf(email, me.account)) return true;
    // Somebody else's private address names their account.
    if (me.account && noreply.test(email)) return false;
  }
  return same(name, me.name);
}

/** The people of a commit; of one that an older Signalbox kept only its author's name is known. */
const peopleOf = ({ author, people }: SourceCommit): readonly SourcePerson[] =>
  people && people.length > 0 ? people : [{ name: author, email: null, login: null, bot: false }];

/**
 * Whose a commit is besides one's own: the first person of it, or the bot that made it; `null`: one made it oneself, alone
 * or with others, and knows of it.
 */
export function otherOf(commit: SourceCommit, me: Me): SourcePerson | null {
  const people = peopleOf(commit);
  if (people.some((one) => isMe(one, me))) return null;
  return people.find(({ bot }) => !bot) ?? people[0] ?? null;
}

/** What tells one person from another: their account, else their address, else their name. */
export const personKey = ({ login, email, name }: SourcePerson): string =>
  (login ?? email ?? name).trim().toLocaleLowerCase('en');
