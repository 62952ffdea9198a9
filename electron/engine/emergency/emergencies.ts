import type { DebtView } from '../../../shared/domain/emergency/debt';

/** Emergency rollbacks that are not put back, and whether another may be made. */
export interface Emergencies {
  /** The oldest first. */
  debts(): DebtView[];
  /** Whether a note that lies on an Application now proves a debt. */
  isProved(debt: DebtView): boolean;
  /** The policy of an Application before an emergency rollback of this console; `null`: not known, or it was off. */
  policyBefore(debt: string, application: string): string | null;
  /** Since when and why the release repo counts as away; `null`: it does not. */
  away(): { since: string; why: string } | null;
}
