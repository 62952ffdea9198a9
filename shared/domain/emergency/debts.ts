import type { Operation } from '../operation/operation';
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

/**
 * The policy that an Application had before an emergency rollback of this console switched it off, by its journal;
 * `null`: it did not, or was off.
 */
export function policyBefore(
  own: readonly OperationRecord[],
  debt: string,
  application: string,
): string | null {
  const record = own.find(({ operation }) => operation.id === debt);
  if (record?.operation.intent.kind !== 'emergency-rollback') return null;
  const found = [...record.effects.values()].find(
    ({ effect, outcome, data }) =>
      (effect === effects.parentOff || effect.startsWith('app-off:')) &&
      outcome !== 'not-done' &&
      data.application === application,
  );
  const was = found?.data.was;
  return typeof was === 'string' && was !== 'off' ? was : null;
}

/** What is known of the Applications of an environment, to tell which debts are paid. */
export interface NotesSeen {
  /** Notes that lie on Applications there, by Application. */
  notes: ReadonlyMap<string, EmergencyDebt>;
  /** Whether its Applications are seen live: then what has no note is paid. */
  live: boolean;
}

/**
 * Whether an emergency rollback set an image and left no note on an Application of the app, since automatic sync was off
 * there already: then its journal alone knows.
 */
function isUnnoted({ effects: known }: OperationRecord): boolean {
  const all = [...known.values()].filter(({ outcome }) => outcome !== 'not-done');
  const isNoted = all.some(
    ({ effect, data }) => effect.startsWith('app-off:') && (data.was !== 'off' || data.noted === true),
  );
  return !isNoted && all.some(({ effect }) => effect.startsWith('image:'));
}

const stateOf = ({ steps }: Operation, name: Operation['steps'][number]['name']) =>
  steps.find((step) => step.name === name)?.state;

/** Whether a reconcile has put the app back and come to the parent: what follows only watches. */
const isAtParent = (operation: Operation): boolean =>
  operation.intent.kind === 'reconcile' &&
  stateOf(operation, 'app-sync-on') === 'succeeded' &&
  stateOf(operation, 'parent-sync-on') !== 'waiting';

/** Whether a reconcile has switched on what was its to switch on, however its watching ends. */
function isPutBack(operation: Operation): boolean {
  const parent = stateOf(operation, 'parent-sync-on');
  return isAtParent(operation) && (parent === 'succeeded' || parent === 'skipped');
}

/**
 * Whether the parent's automatic sync has to stay off for the debt of another app: the parent would give it what Git
 * wants before it is reconciled. Not for one whose own Applications are put back, which waits for the parent alone.
 * @param atWork the operation of {@link DebtView.running}, where it is this console's.
 */
export function keepsParentOff({ off, parent, image }: DebtView, atWork: Operation | null): boolean {
  if (atWork?.intent.kind === 'emergency-rollback') return true;
  if (atWork && isAtParent(atWork)) return false;
  return image === 'set' || image === 'partly' || off.length === 0 || off.some((name) => name !== parent);
}

const isOf =
  (debt: EmergencyDebt) =>
  (one: EmergencyDebt): boolean =>
    one.operation === debt.operation || one.app === debt.app;

/** Whether a note that lies there now proves a debt, so that others may be told of it. */
export const isProved = (debt: EmergencyDebt, { notes, live }: NotesSeen): boolean =>
  live && [...notes.values()].some(isOf(debt));

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
  const unnoted = new Set<string>();
  const reconciles = own.flatMap(({ operation }) =>
    operation.intent.kind === 'reconcile' ? [{ operation, intent: operation.intent }] : [],
  );
  const payers = new Map(
    reconciles.flatMap(({ operation, intent }) =>
      operation.state === 'running' ? [[intent.debt, operation.id] as const] : [],
    ),
  );
  /** By the reconcile that was made for it, or by a later one of the app there: that puts back the same Applications. */
  const isPaid = (debt: EmergencyDebt): boolean =>
    reconciles.some(
      ({ operation, intent }) =>
        isPutBack(operation) &&
        (intent.debt === debt.operation ||
          (intent.app === debt.app &&
            intent.environment === debt.environment &&
            operation.requestedAt > debt.since)),
    );
  for (const record of own) {
    const debt = debtOf(record);
    if (debt) found.set(debt.operation, debt);
    if (debt && isUnnoted(record)) unnoted.add(debt.operation);
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
  const open = [...found.values()].filter((debt) => {
    const seen = notes(debt.environment);
    const lying = [...seen.notes.values()];
    // What was paid and lies there still was not: of two reconciles each may have left the parent to the other.
    if (isPaid(debt)) return seen.live && lying.some(({ operation }) => operation === debt.operation);
    if (debt.running !== null || payers.has(debt.operation) || !seen.live) return true;
    return unnoted.has(debt.operation) || lying.some(isOf(debt));
  });
  /** The parent alone is off because of it, as it is for another: that one says so, and switches it on. */
  const isLeftToOther = (debt: EmergencyDebt): boolean =>
    isPaid(debt) &&
    [...notes(debt.environment).notes].every(
      ([name, { operation }]) => operation !== debt.operation || name === debt.parent,
    ) &&
    open.some((other) => other.environment === debt.environment && !isPaid(other));
  return (
    open
      .filter((debt) => !isLeftToOther(debt))
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
