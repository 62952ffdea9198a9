import { shortVersion } from '../ledger/version';
import { type AppIntent, shortTitleOf } from '../operation/intent';
import type { Finding } from './finding';
import type { LedgerFacts, OutsideFacts } from './preflight-facts';

/** Whoever can lift it: a person, a team, or whoever looks after something. */
interface Lifter {
  who: string;
  link: string | null;
}

const person = (who: string | null | undefined): Lifter[] => (who ? [{ who, link: null }] : []);

/** The people that a finding's sentence names among those who hold something; else all of them. */
const named = (message: string, people: readonly string[]): Lifter[] => {
  const there = people.filter((one) => message.includes(one));
  return [...new Set(there.length > 0 ? there : people)].flatMap(person);
};

function liftersOf(
  { code, message }: Finding,
  intent: AppIntent,
  ledger: LedgerFacts,
  outside: OutsideFacts,
): Lifter[] {
  const team: Lifter[] = outside.team
    ? [{ who: `the GitHub team ${outside.team.name}`, link: outside.team.page }]
    : [];
  switch (code) {
    case 'locked':
      return named(
        message,
        ledger.locks.flatMap(({ by }) => by ?? []),
      );
    case 'hold':
      return person(ledger.hold?.by);
    case 'bad':
      return named(
        message,
        ledger.marks.flatMap(({ by }) => by ?? []),
      );
    case 'freeze':
      return named(
        message,
        ledger.frozen.freezes.map(({ by }) => by),
      );
    case 'team':
      return team;
    case 'route-closed':
      return team.length > 0 ? team : [{ who: 'an owner of the release repo', link: null }];
    case 'permission':
      return [{ who: `whoever runs the ${intent.environment} cluster`, link: null }];
    default:
      return [];
  }
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/**
 * The same findings; those that keep something from going on name who can lift them, with a message to send: what is
 * wanted, what stands in the way, and what is asked.
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
    const message = `I’d like to ${lower(shortTitleOf(intent))}${change}. Signalbox says: ${one.message} Can you lift this, or tell me when it can go ahead?`;
    return { ...one, lift: { who, link: first.link, message } };
  });
}
