import type { FreezeScope } from '../freeze/freeze';
import { scopeText } from '../freeze/freeze';
import { passesText } from '../freeze/freeze-words';
import { freezesLink } from '../link/signalbox-link';

/**
 * A freeze as a mail that people write to others before they set it, or after.
 * @param freeze.from as people read it; `null`: now. `until` likewise; `null`: until somebody lifts it.
 */
export function freezeMail(freeze: {
  scope: FreezeScope;
  from: string | null;
  until: string | null;
  automatic: boolean;
  manual: 'warn' | 'block';
  reason: string;
}): { subject: string; body: string } {
  const { scope, from, until, reason } = freeze;
  const what = scopeText(scope);
  const lines = [
    `Deploy freeze: ${what}`,
    '',
    `From: ${from ?? 'now'}`,
    `Until: ${until ?? 'it is lifted'}`,
    ...(reason.trim() === '' ? [] : [`Why: ${reason.trim()}`]),
    '',
    passesText(freeze),
    '',
    `In Signalbox: ${freezesLink}`,
  ];
  return {
    subject: `Deploy freeze: ${what}${until === null ? '' : ` until ${until}`}`,
    body: lines.join('\n'),
  };
}
