import type { Decision } from '../bags/decisions';
import { put, remove } from '../records/record-change';
import type { Found } from '../records/record-entry';
import type { EmergencyDebt } from './debt';

const place = ({ app, environment }: Pick<EmergencyDebt, 'app' | 'environment'>): string =>
  `${app} in ${environment}`;

/**
 * Tells others of an emergency rollback. One that is told already is not told again; the newest of an app takes the place
 * of those before it.
 * @param known what the records hold of the app there; `null`: nothing.
 * @param isOpen whether it still is, when this is decided.
 */
export function tellDebt(known: Found<EmergencyDebt> | null, debt: EmergencyDebt, isOpen: boolean): Decision {
  const isTold =
    known?.ok === true && (known.value.operation === debt.operation || known.value.since > debt.since);
  if (!isOpen || isTold) return { kind: 'nothing', value: null };
  return {
    kind: 'change',
    changes: [put('emergency', debt)],
    subject: `Record the emergency rollback of ${place(debt)} to ${debt.imageTag}`,
    value: null,
  };
}

/** Takes back that an app was rolled back past Git: it is reconciled. */
export function settleDebt(
  known: Found<EmergencyDebt> | null,
  at: Pick<EmergencyDebt, 'app' | 'environment'>,
): Decision {
  if (known === null) return { kind: 'nothing', value: null };
  return {
    kind: 'change',
    changes: [remove('emergency', at)],
    subject: `Reconciled the emergency rollback of ${place(at)}`,
    value: null,
  };
}
