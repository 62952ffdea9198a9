import { shortVersion } from '../ledger/version';
import { appLink } from '../link/signalbox-link';
import { type AppIntent, shortTitleOf } from '../operation/intent';
import { recordPath } from '../records/record-paths';
import type { Finding } from './finding';
import type { LedgerFacts, OutsideFacts } from './preflight-facts';

/** Owners who are named before the rest is counted. */
const mostOwners = 3;

/** Whoever can lift it: a person, a team, or whoever looks after something. */
interface Lifter {
  who: string;
  link: string | null;
}

const person = (who: string | null | undefined, link: string | null): Lifter[] =>
  who ? [{ who, link }] : [];

/** Those that a finding's sentence names among those who hold something; else all of them, each once. */
function named(message: string, all: readonly Lifter[]): Lifter[] {
  const there = all.filter(({ who }) => message.includes(who));
  const found = there.length > 0 ? there : all;
  return found.filter(({ who }, at) => found.findIndex((one) => one.who === who) === at);
}

/** Where a record of Signalbox's is read; `null`: nowhere that is known. */
const recordLink = (base: string | null, path: string): string | null =>
  base && `${base}${path.split('/').map(encodeURIComponent).join('/')}`;

const codeOwners = (owners: OutsideFacts['owners']['app']): Lifter[] => {
  const [first] = owners;
  if (!first) return [];
  const names = owners.slice(0, mostOwners).map(({ name }) => name);
  const more = owners.length - names.length;
  const all = `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return [
    {
      who: `${owners.length === 1 ? 'the code owner' : 'the code owners'} ${all}`,
      link: owners.find(({ page }) => page !== null)?.page ?? null,
    },
  ];
};

function liftersOf(
  { code, message }: Finding,
  intent: AppIntent,
  ledger: LedgerFacts,
  outside: OutsideFacts,
): Lifter[] {
  const { app, environment } = intent;
  const { owners, recordsPage: base } = outside;
  const team: Lifter[] = outside.team
    ? [{ who: `the GitHub team ${outside.team.name}`, link: outside.team.page }]
    : [];
  switch (code) {
    case 'locked':
      return named(
        message,
        ledger.locks.flatMap(({ by, pipeline }) =>
          person(by, recordLink(base, recordPath('lock', { pipeline, environment }))),
        ),
      );
    case 'hold':
      return person(ledger.hold?.by, recordLink(base, recordPath('hold', { app, environment })));
    case 'bad':
      return named(
        message,
        ledger.marks.flatMap(({ by }) =>
          person(
            by,
            'version' in intent
              ? recordLink(base, recordPath('mark', { app, imageTag: intent.version }))
              : null,
          ),
        ),
      );
    case 'freeze':
      return named(
        message,
        ledger.frozen.freezes.flatMap(({ by, operation }) =>
          person(by, recordLink(base, recordPath('freeze', { operation }))),
        ),
      );
    case 'team':
      return team;
    case 'route-closed': {
      // Whoever reviews what nobody may push.
      const reviewers = codeOwners(owners.tagFile);
      return team.length + reviewers.length > 0
        ? [...team, ...reviewers]
        : [{ who: 'an owner of the release repo', link: null }];
    }
    case 'migration':
      return codeOwners(owners.migrations.length > 0 ? owners.migrations : owners.app);
    case 'checks':
    case 'checks-pending':
    case 'tests-failed-before':
    case 'not-tested-before':
    case 'version-not-published':
      return codeOwners(owners.app);
    case 'permission':
      return [{ who: `whoever runs the ${environment} cluster`, link: null }];
    default:
      return [];
  }
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/**
 * The same findings; those that keep something from going on name who can lift them, with a message to send: what is
 * wanted, what stands in the way, what is asked, and where to look: in plain text.
 */
export function withLifters(
  findings: readonly Finding[],
  intent: AppIntent,
  ledger: LedgerFacts,
  outside: OutsideFacts,
): Finding[] {
  return findings.map((one) => {
    if (one.level !== 'block' && one.level !== 'warn') return one;
    const [first, ...others] = liftersOf(one, intent, ledger, outside);
    if (!first) return one;
    const who = [first, ...others].map((each) => each.who).join(', ');
    const change =
      'version' in intent && ledger.version !== null ? ` (now ${shortVersion(ledger.version)})` : '';
    const links = [
      ...new Set([first.link, ...others.map((each) => each.link), appLink(intent.app, intent.environment)]),
    ].filter((link) => link !== null);
    const asks = `I’d like to ${lower(shortTitleOf(intent))}${change}. Signalbox says: ${one.message} Can you lift this, or tell me when it can go ahead?`;
    return { ...one, lift: { who, link: first.link, message: [asks, ...links].join('\n') } };
  });
}
