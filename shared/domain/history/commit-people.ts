import type { SourcePerson } from '../ledger/change';

/** Co-authors of one commit that are read, and characters of a name: the message is anybody's. */
const mostCoAuthors = 20;
const longestName = 100;

/**
 * A line of a message that names a co-author. GitHub takes it in the last lines of a message ("Creating a commit with
 * multiple authors"), and writes it there when pull requests are squashed.
 */
const prefix = 'co-authored-by:';
/** Longer lines are no co-author's. */
const longestLine = 400;

function coAuthors(message: string): { name: string; email: string }[] {
  return message.split('\n').flatMap((raw) => {
    if (raw.length > longestLine || raw.slice(0, prefix.length).toLowerCase() !== prefix) return [];
    const line = raw.slice(prefix.length).trim();
    const from = line.lastIndexOf('<');
    const [name, email] = [line.slice(0, from).trim(), line.slice(from + 1, -1)];
    const isWhole = from > 0 && line.endsWith('>') && name !== '' && email !== '' && !/[<>\s]/.test(email);
    return isWhole ? [{ name, email }] : [];
  });
}

/** Whether an account or address is an app's: `dependabot[bot]`, `49699333+dependabot[bot]@users.noreply.github.com`. */
const isBot = (login: string | null, email: string | null): boolean =>
  /\[bot\]$/i.test(login ?? '') || /\[bot\]@/i.test(email ?? '');

/** The author of a commit, as GitHub or Git tells it. `account`: the GitHub account behind the address, if there is one. */
interface Author {
  name: string;
  email: string | null;
  account: { login: string; isBot: boolean } | null;
}

/** The people of a commit: its author first, then whoever its message names as co-authors. Who is there twice is once. */
export function commitPeople(author: Author, message: string): SourcePerson[] {
  const login = author.account?.login ?? null;
  const people: SourcePerson[] = [
    {
      name: author.name.slice(0, longestName),
      email: author.email,
      login,
      bot: (author.account?.isBot ?? false) || isBot(login, author.email),
    },
  ];
  for (const { name, email } of coAuthors(message)) {
    if (people.length > mostCoAuthors) break;
    if (people.some((one) => one.email?.toLowerCase() === email.toLowerCase())) continue;
    people.push({ name: name.slice(0, longestName), email, login: null, bot: isBot(null, email) });
  }
  return people;
}
