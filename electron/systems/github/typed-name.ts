import { failureOf } from '../../../shared/domain/failure/failure-of';
import type { Candidate } from '../../../shared/domain/ledger/change';

/** What can be deployed of an app; where it runs is not this file's matter. */
export type Listed = Omit<Candidate, 'runningIn'>;

/** What a repo offers. `partial`: in a sentence, what is missing of it, or has to be chosen; `null`: nothing. */
export interface Listing {
  listed: Listed[];
  partial: string | null;
}

/**
 * Whether a text can be the name of a tag or branch (git-check-ref-format(1)), so that it is worth asking for. One that
 * can't be would be another question: `..` in an address, or a ref's whole folder.
 */
export const isRefName = (text: string): boolean =>
  text.length <= 250 &&
  !/^[-/.]|[/.]$|\.\.|\/\/|\/\.|@\{|\.lock(?:\/|$)/.test(text) &&
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
  !/[\u0000-\u0020\u007f~^:?*[\\]/.test(text) &&
  text !== '' &&
  text !== '@';

/** A commit's id, or the beginning of one that is long enough to be worth asking for. */
const isId = (text: string): boolean => /^[0-9a-f]{7,64}$/.test(text);

/** Those that match a text by name, SHA, author or subject, in the order given. */
function matching(listed: readonly Listed[], query: string): Listed[] {
  const wanted = query.toLowerCase();
  const matches = listed.filter(({ name, sha, author, subject }) =>
    [name, sha, author, subject].some((text) => text?.toLowerCase().includes(wanted)),
  );
  // An exact name first: who types a whole tag means that one.
  const rank = ({ name }: Listed): number => (name === query ? 0 : name.toLowerCase() === wanted ? 1 : 2);
  return matches.sort((a, b) => rank(a) - rank(b));
}

/** What is said where several things have the name that was typed; `null`: one alone has. */
function ambiguity(name: string, listed: readonly Listed[]): string | null {
  const meant = listed.filter(
    (one) => one.name === name || (one.kind === 'commit' && isId(name) && one.sha.startsWith(name)),
  );
  const kinds = [...new Set(meant.map(({ kind }) => kind))];
  if (kinds.length < 2) return null;
  return `${name} is ${kinds.map((kind) => `a ${kind}`).join(' and ')} of this repo: choose the one you mean.`;
}

/**
 * What a list has for a text that somebody types, newest first. A name that the list does not hold, or may hold as another
 * thing too, is asked for: it is never guessed whether it is a tag, a branch or a commit.
 * @param resolve everything that a whole name means; it may reject.
 */
export async function forTyped(
  listing: Listing,
  query: string,
  limit: number,
  resolve: (name: string) => Promise<Listed[]>,
): Promise<Listing> {
  const name = query.trim();
  const matches = matching(listing.listed, name);
  const hasIt = matches[0]?.name === name;
  // In a whole list a name that is part of others is being typed; one that fits nothing may be newer than the list.
  const isWorthAsking =
    isRefName(name) && (listing.partial !== null || (!hasIt && (matches.length === 0 || isId(name))));
  let found: Listed[] = [];
  let unasked: string | null = null;
  if (isWorthAsking)
    try {
      found = await resolve(name);
    } catch (error) {
      if (matches.length === 0) throw error;
      unasked = `Could not check for other names like ${name}. ${failureOf(error).message}`;
    }
  const others = matches.filter(
    (one) => !found.some(({ kind, name: same }) => kind === one.kind && same === one.name),
  );
  const listed = [...found, ...others];
  const said = [ambiguity(name, listed), unasked, listing.partial].filter((one) => one !== null);
  return { listed: listed.slice(0, limit), partial: said.length > 0 ? said.join(' ') : null };
}
