import type { DebtView } from '../../../shared/domain/emergency/debt';

/** Emergency rollbacks that are not put back, and whether another may be made. */
export interface Emergencies {
  /** The oldest first. */
  debts(): DebtView[];
  /** Since when and why the release repo counts as away; `null`: it does not. */
  away(): { since: string; why: string } | null;
}
