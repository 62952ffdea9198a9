import type { OperationRecord } from '../operation/operation-reducer';
import { type DebtView, debtSchema, type EmergencyDebt, effects } from './debt';

/** The debt of an emergency rollback, by its own journal; `null`: it has switched nothing off. */
export function debtOf({ operation, effects: known }: OperationRecord): DebtView | null {
  const { intent } = operation;
  if (intent.kind !== 'emergency-rollback') return null;
  const parent = known.get(effects.parentOff);
  const noted = debtSchema.safeParse(parent?.data.debt);
  if (!parent || !noted.success) return null;
  const isDone = (outcome: string): boolean => outcome !== 'not-done';
  const off = [...known.values()].flatMap(({ effect, outcome, data }) =>
    (effect === effects.parentOff || effect.startsWith('app-off:')) && isDone(outcome) && data.was !== 'off'
      ? [String(data.application)]
      : [],
  );
  const images = [...known.values()].filter(({ effect }) => effect.startsWith('image:'));
  const step = operation.steps.find(({ name }) => name === 'image');
  const set = images.filter(({ outcome }) => isDone(outcome)).length;
  // Nothing was changed by it.
  if (off.length === 0 && set === 0 && operation.state !== 'running') return null;
  return {
    ...noted.data,
    image: step?.state === 'succeeded' ? 'set' : set > 0 ? 'partly' : 'not-set',
    off,
    running: operation.state === 'running' ? operation.id : null,
    shared: false,
  };
}

/** What is known of the Applications of an environment, to tell which debts are paid. */
export interface NotesSeen {
  /** Notes that lie on Applications there, by Application. */
  notes: ReadonlyMap<string, EmergencyDebt>;
  /** Whether its Applications are seen live: then what has no note is paid. */
  live: boolean;
}

/**
 * All debts that are open, the oldest first: those of this console, those that records of the release repo tell, and
 * those that notes on Applications tell.
 * @param own of this console, with the operations of its that put one back.
 * @param environments of the estate.
 */
export function openDebts(
  own: readonly OperationRecord[],
  recorded: readonly EmergencyDebt[],
  environments: readonly string[],
  notes: (environment: string) => NotesSeen,
): DebtView[] {
  const found = new Map<string, DebtView>();
  const paid = new Set<string>();
  const payers = new Map<string, string>();
  for (const { operation } of own) {
    if (operation.intent.kind !== 'reconcile') continue;
    if (operation.state === 'succeeded') paid.add(operation.intent.debt);
    if (operation.state === 'running') payers.set(operation.intent.debt, operation.id);
  }
  for (const record of own) {
    const debt = debtOf(record);
    if (debt) found.set(debt.operation, debt);
  }
  const told = (debt: EmergencyDebt): DebtView => ({
    ...debt,
    image: 'unknown',
    off: [],
    running: null,
    shared: false,
  });
  const shared = new Set(recorded.map(({ operation }) => operation));
  for (const debt of recorded) if (!found.has(debt.operation)) found.set(debt.operation, told(debt));
  for (const environment of environments)
    for (const debt of notes(environment).notes.values())
      if (!found.has(debt.operation)) found.set(debt.operation, told(debt));
  const isOf =
    (debt: EmergencyDebt) =>
    (one: EmergencyDebt): boolean =>
      one.operation === debt.operation || one.app === debt.app;
  const open = [...found.values()].filter((debt) => {
    if (paid.has(debt.operation)) return false;
    const seen = notes(debt.environment);
    if (debt.running !== null || payers.has(debt.operation) || !seen.live) return true;
    return [...seen.notes.values()].some(isOf(debt));
  });
  return (
    open
      // The newest of an app speaks for those before it: what they switched off is off still.
      .filter(
        (debt) =>
          !open.some(
            (other) =>
              other.app === debt.app && other.environment === debt.environment && other.since > debt.since,
          ),
      )
      .map((debt) => {
        const seen = [...notes(debt.environment).notes].filter(
          ([name, one]) => isOf(debt)(one) || name === debt.parent,
        );
        const names = seen.map(([name]) => name).sort((a) => (a === debt.parent ? -1 : 0));
        return {
          ...debt,
          off: seen.length > 0 ? names : debt.off,
          running: payers.get(debt.operation) ?? debt.running,
          shared: shared.has(debt.operation),
        };
      })
      .sort((a, b) => a.since.localeCompare(b.since))
  );
}
