import { type FailureCode, FailureError } from '../../shared/domain/failure/failure';
import { signInCodes } from '../../shared/domain/failure/sign-in-codes';
import type { ClusterAddress } from '../systems/kubernetes/address-words';
import type { LogOrigin } from '../systems/kubernetes/log-origin';

/** What lets another door be tried: this one is shut or away, or does not have the log. */
const passed: ReadonlySet<FailureCode> = new Set([
  'not-found',
  'offline',
  'unreachable',
  'timeout',
  ...signInCodes,
  'consent-needed',
  'forbidden',
  'not-configured',
  'bad-data',
]);
/** Which of several refusals is told: what a person can do something about comes first. */
const gravity: readonly FailureCode[] = ['not-configured', 'forbidden', 'consent-needed', ...signInCodes];

/**
 * A log by the first door that gives it. A door that was taken is kept until it fails; where none gives it, the failure is
 * told that says most.
 * @param told called when a door is taken that is not the first, with why the first was not.
 */
export function logThroughDoors(
  doors: readonly [LogOrigin, ...LogOrigin[]],
  told: (place: ClusterAddress, because: string) => void,
): LogOrigin {
  let [taken] = doors;
  /** The door that was last told of. */
  let said: LogOrigin = taken;

  /** By the door that is taken, then by the others in their order. */
  async function through<T>(ask: (door: LogOrigin) => Promise<T>): Promise<T> {
    const failures: FailureError[] = [];
    for (const door of [taken, ...doors.filter((one) => one !== taken)]) {
      try {
        const answer = await ask(door);
        taken = door;
        return answer;
      } catch (error) {
        if (!(error instanceof FailureError) || !passed.has(error.failure.code)) throw error;
        failures.push(error);
      }
    }
    throw mostTelling(failures);
  }

  return {
    get place() {
      return taken.place;
    },
    async open(part, options) {
      const because: string[] = [];
      const opened = await through((door) =>
        door.open(part, options).catch((error: unknown) => {
          if (error instanceof FailureError) because.push(error.failure.message);
          throw error;
        }),
      );
      if (taken !== said) told(taken.place, because[0] ?? '');
      said = taken;
      return opened;
    },
    container: (signal) => through((door) => door.container(signal)),
    woken() {
      const wakes = doors.flatMap((door) => door.woken?.() ?? []);
      return wakes.length > 0 ? AbortSignal.any(wakes) : undefined;
    },
  };
}

/** The failure of the door that was nearest to giving the log. */
function mostTelling(failures: readonly FailureError[]): FailureError {
  const rank = ({ failure: { code } }: FailureError): number =>
    gravity.includes(code) ? gravity.indexOf(code) : gravity.length;
  const [first, ...others] = failures;
  if (!first) throw new Error('There is no door.');
  return others.reduce((best, one) => (rank(one) > rank(best) ? one : best), first);
}
