import type { Result } from '../../../shared/domain/failure/failure';
import { type Freeze, freezePhase } from '../../../shared/domain/freeze/freeze';
import { lateText } from '../../../shared/domain/freeze/freeze-words';
import { type FreezeIntent, isFreezeIntent } from '../../../shared/domain/operation/intent';
import { obstacles } from '../../../shared/domain/preflight/preflight';
import { inBackground } from '../../log/log';
import type { World } from '../world';
import { askedUntil } from './freeze-apart';
import { beginFreeze, thawFreeze } from './freeze-changes';
import { freezeFindings, touches } from './freeze-findings';
import {
  askFreezeWay,
  type FreezeRequests,
  findRequest,
  freezeWay,
  keysToSwitch,
  pathsToRestore,
  requestBranch,
} from './freeze-way';

/** Milliseconds between looks, besides those that every change of the ledger brings about. */
const tick = 20_000;
/** Milliseconds before what did not work is tried again; twice as long after each further try. */
const again = 60_000;
/** The longest that a timer waits; longer ones overflow (setTimeout takes 2³¹ − 1 ms). */
const longest = 3_600_000;

/** What another console, or a reviewer, has to do: looked at again after as many milliseconds. */
const othersTurn = 5 * 60_000;

/** What is to be done about a freeze by now, as far as its files can be changed; `null`: nothing. */
function dueIntent(
  world: Pick<World, 'estate' | 'reader' | 'ledger' | 'now'>,
  freeze: Freeze,
): FreezeIntent | null {
  const now = world.now();
  const { app, environment, pipeline, by, email, operation } = freeze;
  const about = { freeze: operation, scope: { app, environment, pipeline } };
  const actor = { by, email, operation, at: now.toISOString() };
  const snapshot = world.ledger.snapshot();
  const phase = freezePhase(freeze, now);
  if (phase === 'planned') return null;
  if (phase === 'ended') {
    const reason = freeze.lifted ? `Lifted by ${freeze.lifted.by}.` : lateText('ended', freeze.until, now);
    const thaw = { kind: 'thaw', ...about, ended: true, reason } as const;
    return thawFreeze(world, snapshot, thaw, actor).kind === 'change' ? thaw : null;
  }
  const begin = {
    kind: 'begin-freeze',
    ...about,
    reason: freeze.begun !== null ? 'New in what is frozen.' : lateText('began', freeze.from, now),
  } as const;
  return beginFreeze(world, snapshot, begin, actor).kind === 'change' ? begin : null;
}

/**
 * Carries freezes out by the clock, on whichever console runs: planned ones begin, ended ones are thawed, and apps that
 * are new in a frozen scope are frozen too. Each is an operation like a person's, whose commit is the compare-and-swap:
 * of several consoles one does it. Nothing is deployed by any of it.
 * Where only a review changes the flags, it asks for that by one pull request, whatever number of consoles runs.
 * @param begin starts an operation.
 * @param requests what is known of pull requests that freezes wait for; kept here.
 */
export function startFreezeAutopilot(
  world: World,
  begin: (intent: FreezeIntent) => Result<unknown>,
  requests: FreezeRequests,
  signal: AbortSignal,
): { look: () => void } {
  /** By freeze, and by what is to be done about it: how often it was tried, and until when it rests. */
  const tried = new Map<string, { times: number; until: number; what: string }>();
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
  const isResting = (freeze: string, what: string): boolean => {
    const before = tried.get(freeze);
    return before?.what === what && world.now().getTime() < before.until;
  };
  const rest = (freeze: string, what: string, pause?: number): void => {
    const before = tried.get(freeze);
    const times = (before?.what === what ? before.times : 0) + 1;
    const until = world.now().getTime() + (pause ?? Math.min(again * 2 ** (times - 1), longest));
    tried.set(freeze, { times, until, what });
  };
  /** What is to be done, in a word that changes when the release repo makes it another thing. */
  const wordOf = ({ asked, lifted }: Freeze, intent: FreezeIntent): string =>
    [intent.kind, touches(world, intent), asked?.operation, lifted?.operation].join(' ');

  const isDue = (one: Freeze): boolean => {
    const intent = dueIntent(world, one);
    if (intent === null) tried.delete(one.operation);
    else return !isBusy(one.operation) && !isResting(one.operation, wordOf(one, intent));
    return false;
  };

  /**
   * Whether a pull request does it already, or was closed by somebody who did not want it: no second one is made, and what
   * a review is asked for no console does past it, whatever its person may do.
   */
  async function isAsked(freeze: Freeze, intent: FreezeIntent): Promise<boolean> {
    if (touches(world, intent) === 'records') {
      requests.delete(freeze.operation);
      return false;
    }
    const what = intent.kind === 'thaw' ? 'thaw' : 'freeze';
    // Whoever asks for it, or lifted it, is at it just now.
    const other = what === 'thaw' ? freeze.lifted : freeze.asked;
    const isOthers = other !== undefined && world.operation(other.operation) === null;
    if (isOthers && world.now().getTime() < askedUntil(other)) return true;
    const found = await findRequest(
      world,
      requestBranch(
        world,
        freeze,
        what,
        what === 'thaw' ? pathsToRestore(world, freeze) : keysToSwitch(world, freeze),
      ),
      signal,
    );
    // Where nobody can tell, a second one would be worse than a late one; a commit of one's own need not wait.
    if (!found.ok) return freezeWay(world, intent.scope, 'flags').by === 'request';
    const pull = found.value;
    if (pull === null) {
      requests.delete(freeze.operation);
      return false;
    }
    const { number, url, state } = pull;
    if (state === 'merged') {
      requests.delete(freeze.operation);
      return what === 'thaw' || freeze.asked === undefined;
    }
    requests.set(freeze.operation, { what, number, url, state });
    return true;
  }

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
    await askFreezeWay(world, signal);
    if (signal.aborted) return;
    for (const freeze of freezes().filter(isDue)) {
      const intent = dueIntent(world, freeze);
      if (!intent) continue;
      // An operation that is bound to fail is no news to anybody: the freeze is shown as late.
      const [blocked] = obstacles({}, freezeFindings(world, intent));
      if (blocked) {
        rest(freeze.operation, wordOf(freeze, intent));
        world.log('info', 'freeze.not-mine', { freeze: freeze.operation, because: blocked.message });
        continue;
      }
      if (await isAsked(freeze, intent)) {
        rest(freeze.operation, wordOf(freeze, intent), othersTurn);
        continue;
      }
      if (signal.aborted) return;
      rest(freeze.operation, wordOf(freeze, intent));
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
