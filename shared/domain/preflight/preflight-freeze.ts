import { activeFreezes, covers, type Freeze, type FrozenPlace, scopeText } from '../freeze/freeze';
import { untilText } from '../freeze/freeze-words';
import type { OperationKind } from '../operation/intent';
import type { Found } from '../records/record-entry';
import { utcText } from '../text/utc-text';
import { type Finding, finding } from './finding';
import { goesBack } from './goes-back';

/** What is frozen at a place, as the release repo says at one commit. */
export interface FrozenNow {
  freezes: readonly Freeze[];
  /** Why a freeze can't be read: it may be in force here. `null`: all can. */
  unread: string | null;
}

/** The freezes in force that are about a place; what can't be read may be about any. */
export function frozenNow(found: readonly Found<Freeze>[], place: FrozenPlace, now: Date): FrozenNow {
  const known = found.flatMap((one) => (one.ok ? [one.value] : []));
  const unread = found.flatMap((one) => (one.ok ? [] : [one.failure.message]));
  return {
    freezes: activeFreezes(known, now).filter((one) => covers(one, place)),
    unread: unread[0] ?? null,
  };
}

/** A freeze in a sentence: what, by whom, until when and why. */
export const frozenText = (freeze: Freeze): string =>
  `${sentence(scopeText(freeze))} frozen by ${freeze.by} ${untilText(freeze.until)}: ${freeze.reason || 'no reason given'}`;

const sentence = (scope: string): string => `${scope.charAt(0).toUpperCase()}${scope.slice(1)} is`;

/**
 * What a freeze says to whoever deploys by hand: its own rule decides whether it warns or blocks, and either needs a
 * reason. Nothing keeps a rollback back: it stays one click.
 */
export function freezeFindings(intent: { kind: OperationKind }, { freezes, unread }: FrozenNow): Finding[] {
  const isBack = goesBack(intent);
  const found = freezes.map((freeze) => {
    // A word that is not known may mean anything that is stricter.
    const level = isBack ? 'info' : freeze.manual === 'warn' ? 'warn' : 'block';
    const who = `Set at ${utcText(freeze.at)}. ${freeze.by}${freeze.email ? ` (${freeze.email})` : ''} can lift it.`;
    return finding('freeze', level, frozenText(freeze), who, true);
  });
  if (unread !== null)
    found.push(finding('freeze', isBack ? 'info' : 'unknown', 'Can’t tell whether this is frozen.', unread));
  return found;
}
