import type { Me } from '../../shared/domain/preflight/whose';
import type { Identity } from '../ledger/ledger';
import type { RepoRights } from '../systems/github/repo-rights';

/** Milliseconds for which GitHub's answer is taken as known; somebody else may sign in. */
const answerLasts = 60_000;

/** Who the person at this console is: the GitHub account that is signed in, else the Git identity. */
export interface WhoIsMe {
  /** By what is known now; nobody is asked. */
  me(): Me;
  /** Asks GitHub where that is a while ago. Never rejects; what was known stays where it does not answer. */
  ask(signal: AbortSignal): Promise<void>;
}

/** @param rights GitHub; `null`: the estate names none. */
export function whoIsMe(
  rights: Pick<RepoRights, 'user'> | null,
  identity: () => Identity,
  now: () => Date,
): WhoIsMe {
  let known: { at: number; account: Me['account']; emails: readonly string[] } | null = null;
  return {
    me: () => {
      const { name, email } = identity();
      const emails = [email, ...(known?.emails ?? [])].filter((one) => one !== '');
      return { name, emails, account: known?.account ?? null };
    },
    async ask(signal) {
      if (!rights || (known && now().getTime() - known.at < answerLasts)) return;
      // Then the Git identity is what is known.
      const answer = await rights.user(signal).catch(() => null);
      const at = now().getTime();
      if (answer?.ok) {
        const { login, id, emails } = answer.value;
        known = { at, account: { login, id }, emails };
      } else if (answer?.failure.code === 'unauthorised') known = { at, account: null, emails: [] };
    },
  };
}
