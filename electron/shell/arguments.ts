import path from 'node:path';
import { parseArgs } from 'node:util';
import { FailureError } from '../../shared/domain/failure/failure';
import { type PracticeLogin, practiceLogins } from '../../shared/domain/practice/login';
import { type PracticeRights, practiceRights } from '../../shared/domain/practice/rights';
import type { EstateChoice } from '../session/estates/choice';

/** What the command line asks for. */
export interface Arguments {
  /** A release repo to open read-only, a path or URL. */
  ledger: string | null;
  /** An estate file, `signalbox.yaml`. */
  estate: string | null;
  /** The practice estate, whatever was open last; also where anything else of it is asked for. */
  practice: boolean;
  /** Where settings, mirror, journal and history lie, instead of the platform's place. */
  userData: string | null;
  /** Where the practice estate keeps its state, instead of a folder under `userData`. */
  practiceDir: string | null;
  /** How much faster than the wall the practice estate's time runs. */
  practiceSpeed: number;
  /** What the person of the practice estate may do, as it was typed; `null`: what it was the last time. */
  practiceRights: string | null;
  /** How the practice estate's clusters are logged in to, as it was typed; `null`: by tokens. */
  practiceLogin: string | null;
  /** How the console's commits land in the practice estate, as it was typed; `null`: by push. */
  practiceLanding: string | null;
}

/** Chromium's own switches may stand between ours: what is not ours is left alone. */
export function parseArguments(argv: readonly string[]): Arguments {
  const { values } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    options: {
      ledger: { type: 'string' },
      estate: { type: 'string' },
      practice: { type: 'boolean' },
      'user-data': { type: 'string' },
      'practice-dir': { type: 'string' },
      'practice-speed': { type: 'string' },
      'practice-rights': { type: 'string' },
      'practice-login': { type: 'string' },
      'practice-landing': { type: 'string' },
    },
  });
  const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);
  const speed = Number(values['practice-speed'] ?? 1);
  return {
    ledger: text(values.ledger),
    estate: text(values.estate),
    practice: Object.entries(values).some(
      ([name, value]) => name.startsWith('practice') && value !== undefined && value !== false,
    ),
    userData: text(values['user-data']),
    practiceDir: text(values['practice-dir']),
    practiceSpeed: Number.isFinite(speed) && speed >= 1 ? Math.min(speed, 1000) : 1,
    practiceRights: text(values['practice-rights']),
    practiceLogin: text(values['practice-login']),
    practiceLanding: text(values['practice-landing']),
  };
}

/**
 * The profile of rights that was asked for; `null`: none was.
 * @throws FailureError for a name that is none: rehearsing with other rights than one thinks would mislead.
 */
export const practiceRightsOf = ({ practiceRights: typed }: Arguments): PracticeRights | null =>
  oneOf(practiceRights, typed, 'rights', '--practice-rights');

/** The way to log in that was asked for; `null`: none was. @throws FailureError for a name that is none. */
export const practiceLoginOf = ({ practiceLogin: typed }: Arguments): PracticeLogin | null =>
  oneOf(practiceLogins, typed, 'login', '--practice-login');

/** How commits are to land; `null`: nothing was asked. @throws FailureError for a name that is none. */
export const practiceLandingOf = ({ practiceLanding: typed }: Arguments): 'push' | 'merge-branch' | null =>
  oneOf(['push', 'merge-branch'] as const, typed, 'landing', '--practice-landing');

function oneOf<T extends string>(
  known: readonly T[],
  typed: string | null,
  what: string,
  option: string,
): T | null {
  if (typed === null) return null;
  const found = known.find((one) => one === typed);
  if (found) return found;
  throw new FailureError({
    code: 'invalid-input',
    message: `The practice estate has no ${what} called “${typed}”.`,
    meaning: 'Nothing was started.',
    next: [{ do: 'advice', label: `Use ${option} with ${known.join(', ')}.` }],
  });
}

/** The estate that the command line asks for; `null`: none, so that the one that was open last is. */
export function askedChoice(args: Arguments): EstateChoice | null {
  if (args.ledger !== null) return { kind: 'read-only', address: args.ledger };
  if (args.estate !== null) return { kind: 'file', path: path.resolve(args.estate) };
  return args.practice ? { kind: 'practice' } : null;
}
