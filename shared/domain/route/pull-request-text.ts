import type { Finding } from '../preflight/finding';
import { visibleText } from '../text/visible-text';

/** What a pull request is to say. Everything in it may come from outside. */
interface Proposed {
  operation: string;
  kind: string;
  /** "Deploy frontend v12 to production" */
  what: string;
  reason: string | null;
  override: readonly string[];
  findings: readonly Finding[];
  paths: readonly string[];
  /** As CODEOWNERS names them. */
  owners: readonly string[];
  /** Who asks. */
  by: string;
}

/** Characters of one text, and lines of one list: GitHub takes 65,536 characters in all, and 256 of a title. */
const longest = { text: 300, title: 200, list: 30 };

const oneLine = (text: string, most: number): string => {
  const shown = visibleText(text.replace(/\s+/g, ' ').trim());
  return shown.length > most ? `${shown.slice(0, most - 1)}…` : shown;
};

/**
 * A text from outside as a code span (GitHub Flavored Markdown, 6.3): nothing in one is markup, a mention, a reference
 * or a link. It is fenced by more backticks than it holds anywhere, and has no line end.
 */
export function codeSpan(text: string): string {
  const shown = oneLine(text, longest.text);
  if (shown === '') return '–';
  const fence = '`'.repeat(1 + Math.max(0, ...Array.from(shown.matchAll(/`+/g), ([run]) => run.length)));
  const padding = shown.startsWith('`') || shown.endsWith('`') ? ' ' : '';
  return `${fence}${padding}${shown}${padding}${fence}`;
}

function list(heading: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const shown = lines.slice(0, longest.list).map((line) => `- ${line}`);
  const more = lines.length - shown.length;
  return [`### ${heading}`, [...shown, ...(more > 0 ? [`- and ${more} more`] : [])].join('\n')];
}

const levels: Readonly<Record<Finding['level'], string>> = {
  block: 'Blocks',
  warn: 'Warning',
  info: 'For information',
  unknown: 'Not known',
  pass: 'Passed',
};

/**
 * Title and text of a pull request, as Markdown that outside text can't break out of, and that mentions nobody: GitHub
 * asks code owners by itself. It ends with the trailers that tell what it is of, for repos whose squash takes the text of
 * the pull request for the commit's.
 */
export function pullRequestText(of: Proposed): { title: string; body: string } {
  const why = of.reason ? codeSpan(of.reason) : 'No reason was given.';
  const checks = of.findings.map(({ level, message }) => `${levels[level]}: ${codeSpan(message)}`);
  const parts = [
    `${codeSpan(of.what)}, asked for by ${codeSpan(of.by)} through Signalbox.`,
    '### Why',
    why,
    ...list('Changes', of.paths.map(codeSpan)),
    ...list('Checks', checks),
    ...list('Overridden with this reason', of.override.map(codeSpan)),
    ...list('Code owners', of.owners.map(codeSpan)),
    'Signalbox watches this pull request. It closes it, and deletes the branch, once something newer makes it pointless or its author cancels it.',
    `Signalbox-Operation: ${oneLine(of.operation, 64)}\nSignalbox-Kind: ${oneLine(of.kind, 64)}`,
  ];
  // A title is no Markdown, but GitHub takes it for the commit's, where a name with its sign would be told.
  const title = oneLine(of.what, longest.title).replaceAll('@', '\uff20');
  return { title, body: parts.join('\n\n') };
}

/** The release repo, as far as the names of branches go. */
interface BranchedRepo {
  url: string;
  records?: { branch: string; url?: string | undefined } | undefined;
}

/**
 * Where the branches of proposed changes lie: `signalbox/`. Where the branch of records is called `signalbox` itself, none
 * can lie under it: Git keeps refs as files in folders ("cannot lock ref … 'refs/heads/signalbox' exists").
 */
export function proposalFolder({ url, records }: BranchedRepo): string {
  const isTaken = records?.branch === 'signalbox' && (records.url ?? url) === url;
  return isTaken ? 'signalbox-changes/' : 'signalbox/';
}

/** The part of an operation's id that is its own alone, for the name of a branch. */
export const ownPart = (operation: string): string =>
  operation
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
    .slice(-12);

/**
 * The branch of a proposed change. It holds the operation's own part of its id (the random end: the beginning of a UUIDv7
 * is its time), so that nobody else's has the same name.
 */
export function proposalBranch(repo: BranchedRepo, operation: string, what: string): string {
  const said = what
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/\.{2,}/g, '.')
    .slice(0, 60)
    .replace(/^[-.]+|[-.]+$|\.lock$/g, '');
  return `${proposalFolder(repo)}${ownPart(operation)}-${said || 'change'}`;
}
