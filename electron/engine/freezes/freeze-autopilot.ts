import type { Result } from '../../../shared/domain/failure/failure';
import { type Freeze, freezePhase } from '../../../shared/domain/freeze/freeze';
import { uncovered } from '../../../shared/domain/freeze/freeze-flags';
import { lateText } from '../../../shared/domain/freeze/freeze-words';
import { type FreezeIntent, isFreezeIntent } from '../../../shared/domain/operation/intent';
import { obstacles } from '../../../shared/domain/preflight/preflight';
import { inBackground } from '../../log/log';
import type { World } from '../world';
import { freezeFindings } from './freeze-findings';

/** Milliseconds between looks, besides those that every change of the ledger brings about. */
const tick = 20_000;
/** Milliseconds before what did not work is tried again; twice as long after each further try. */
const again = 60_000;
/** The longest that a timer waits; longer ones overflow (setTimeout takes 2³¹ − 1 ms). */
const longest = 3_600_000;

/** What is to be done about a freeze by now; `null`: nothing. */
function dueIntent(
  world: Pick<World, 'estate' | 'reader' | 'ledger' | 'now'>,
  freeze: Freeze,
): FreezeIntent | null {
  const now = world.now();
  const { app, environment, pipeline } = freeze;
  const about = { freeze: freeze.operation, scope: { app, environment, pipeline } };
  const phase = freezePhase(freeze, now);
  if (phase === 'ended')
    return { kind: 'thaw', ...about, ended: true, reason: lateText('ended', freeze.until, now) };
  if (phase === 'planned') return null;
  const snapshot = world.ledger.snapshot();
  const isBegun = freeze.begun !== null;
  const more = uncovered(freeze, world.estate, world.reader.view(snapshot).files, (name) =>
    world.reader.claims(snapshot, name),
  );
  if (isBegun && more.length === 0) return null;
  return {
    kind: 'begin-freeze',
    ...about,
    reason: isBegun ? 'New in what is frozen.' : lateText('began', freeze.from, now),
  };
}

/**
 * Carries freezes out by the clock, on whichever console runs: planned ones begin, ended ones are thawed, and apps that
 * are new in a frozen scope are frozen too. Each is an operation like a person's, whose commit is the compare-and-swap:
 * of several consoles one does it. Nothing is deployed by any of it.
 * @param begin starts an operation.
 */
export function startFreezeAutopilot(
  world: World,
  begin: (intent: FreezeIntent) => Result<unknown>,
  signal: AbortSignal,
): { look: () => void } {
  const tried = new Map<string, { at: number; times: number }>();
  let timer: NodeJS.Timeout | null = null;
  let looking = false;

  const freezes = (): Freeze[] =>
    world.reader
      .freezes(world.ledger.snapshot())
      // What a newer Signalbox wrote is a newer one's to carry out.
      .flatMap((one) => (one.ok && !one.newer ? [one.value] : []));

  const isBusy = (freeze: string): boolean =>
    world
      .open()
      .some(
        ({ id, intent }) =>
          isFreezeIntent(intent) && (intent.kind === 'freeze' ? id === freeze : intent.freeze === freeze),
      );

  /** What did not work here, or may not be done here, is another console's for a while: it would fail at every look. */
  const isResting = (freeze: string): boolean => {
    const before = tried.get(freeze);
    if (!before) return false;
    const pause = Math.min(again * 2 ** (before.times - 1), longest);
    return world.now().getTime() - before.at < pause;
  };
  const markTried = (freeze: string): void => {
    const times = (tried.get(freeze)?.times ?? 0) + 1;
    tried.set(freeze, { at: world.now().getTime(), times });
  };

  const isDue = (one: Freeze): boolean => {
    if (dueIntent(world, one) === null) tried.delete(one.operation);
    else return !isBusy(one.operation) && !isResting(one.operation);
    return false;
  };

  /** When the next one begins or ends, in milliseconds from now. */
  function untilNext(): number {
    const now = world.now().getTime();
    const moments = freezes().flatMap(({ from, until }) => [
      Date.parse(from),
      ...(until === null ? [] : [Date.parse(until)]),
    ]);
    return Math.min(tick, longest, ...moments.filter((at) => at > now).map((at) => at - now + 50));
  }

  async function carryOut(): Promise<void> {
    if (world.ledger.readOnlyBecause !== null || world.ledger.freshness().state !== 'live') return;
    if (!freezes().some(isDue)) return;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * world.limits.stagger));
    // What another console did in the meantime is not done again.
    const newest = await world.ledger.refresh(signal);
    if (!newest.ok) return;
    await world.routes.askOwnCommit(signal);
    if (signal.aborted) return;
    for (const freeze of freezes().filter(isDue)) {
      const intent = dueIntent(world, freeze);
      if (!intent) continue;
      markTried(freeze.operation);
      // An operation that is bound to fail is no news to anybody: the freeze is shown as late.
      const [blocked] = obstacles({}, freezeFindings(world, intent));
      if (blocked) {
        world.log('info', 'freeze.not-mine', { freeze: freeze.operation, because: blocked.message });
        continue;
      }
      const begun = begin(intent);
      if (!begun.ok)
        world.log('warn', 'freeze.not-carried-out', {
          freeze: freeze.operation,
          kind: intent.kind,
          failure: begun.failure.message,
        });
    }
  }

  const look = (): void => {
    if (looking || signal.aborted) return;
    looking = true;
    inBackground(
      world.log,
      'freeze.autopilot-failed',
      carryOut().finally(() => {
        looking = false;
        if (timer) clearTimeout(timer);
        if (signal.aborted) return;
        timer = setTimeout(look, untilNext());
        timer.unref();
      }),
      { signal },
    );
  };
  signal.addEventListener('abort', () => timer && clearTimeout(timer), { once: true });
  return { look };
}
