import type { ConsentRequest, WaitingConsent } from '../../../shared/domain/estate/consent';

/** `staging`, `staging and production`, `a, b and c`. */
export const listed = (names: readonly string[]): string =>
  names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** What is asked for, in short: `The estate file runs a login command on this computer`. */
export function consentSubject({ command, from }: Pick<ConsentRequest, 'command' | 'from'>): string {
  if (from === 'estate-file') return 'The estate file runs a login command on this computer';
  return `The kubeconfig set in the estate file ${
    command === null ? 'sends one of your files to a server' : 'runs a program on this computer'
  }`;
}

/** Which environments wait for the person. */
export function waitingEnvironments(waiting: readonly Pick<WaitingConsent, 'environments'>[]): string[] {
  return [...new Set(waiting.flatMap(({ environments }) => environments))];
}
