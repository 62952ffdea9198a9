import type { Addressee, Destination } from '../../shared/domain/announcement/addressees';
import { type Announcement, announcementSchema } from '../../shared/domain/announcement/announcement';
import type { Log } from '../log/log';
import type { DeliveryOutcome } from '../systems/deliveries/outcome';
import type { Announce } from './announce';
import type { AnnouncementQueue, Delivery } from './queue';

/** What happened so long ago is told nobody any more, in milliseconds: such as after a week in which no console ran. */
const tooOld = 24 * 3_600_000;
/** From the first to the longest pause between two tries, in milliseconds. */
const firstPause = 5_000;
const longestPause = 15 * 60_000;
/** Milliseconds until it is tried again where the queue could not be written. */
const restUnwritten = 30_000;
/** How long the end of Signalbox waits for answers, in milliseconds. */
const closePatience = 3_000;

const pauseAfter = (attempts: number): number =>
  Math.min(firstPause * 3 ** Math.min(Math.max(attempts - 1, 0), 10), longestPause);

/** Tells people what happened: at once where it can, later where it must, each thing once. */
export interface Announcer {
  readonly announce: Announce;
  /** Looks whether anything is to be sent: after settings changed. */
  look(): void;
  /** By a person: sends it now, whatever became of it before. @returns whether there is such a one. */
  again(id: number): boolean;
  drop(id: number): boolean;
  /** What did not arrive yet, oldest first, and what was sent lately, newest first. */
  open(): Delivery[];
  lately(most: number): Delivery[];
  readonly lost: number;
  /** Stops sending; what is on its way is waited for a little, else its end is not known at the next start. */
  close(): Promise<void>;
}

/**
 * Makes the announcer. Nothing that goes wrong in it reaches whoever announces: it is shown and logged.
 * @param options.addressees who is told of what, as things are configured now.
 * @param options.isReady whether anything may be sent there now; what can't waits without being tried.
 * @param options.onChange called when something is queued, arrived or did not.
 */
export function createAnnouncer(options: {
  queue: AnnouncementQueue;
  addressees: (announcement: Announcement) => readonly Addressee[];
  isReady: (destination: Destination) => boolean;
  send: (delivery: Delivery) => Promise<DeliveryOutcome>;
  now: () => number;
  log: Log;
  onChange: () => void;
}): Announcer {
  const { queue, now, log } = options;
  const onTheWay = new Map<string, Promise<unknown>>();
  /** Until when nothing is tried there, since what becomes of it could not be written down: such as on a full disk. */
  const resting = new Map<string, number>();
  let timer: NodeJS.Timeout | null = null;
  let closing = false;
  let notQueued = 0;
  const laneOf = ({ destination, target }: Addressee): string => `${destination} ${target}`;

  /** What became of one try, written down. */
  function settle(delivery: Delivery, outcome: DeliveryOutcome): void {
    const { id, before, addedAt, destination } = delivery;
    const attempts = delivery.attempts + 1;
    const told = { delivery: id, destination, event: delivery.announcement.event, outcome: outcome.state };
    if (outcome.state === 'sent') {
      queue.sent(delivery, outcome.receipt);
      log('info', 'announcements.sent', told);
      return;
    }
    log('warn', 'announcements.not-sent', { ...told, because: outcome.because });
    // What is only changed may be changed again.
    const mayRepeat = outcome.state === 'later' || (outcome.state === 'unknown' && before !== null);
    if (mayRepeat && now() - addedAt < tooOld) {
      const asked = outcome.state === 'later' ? outcome.afterMs : null;
      queue.later(
        id,
        outcome.because,
        now() + Math.max(asked ?? 0, asked === null ? pauseAfter(attempts) : 0),
      );
    } else queue.stuck(id, outcome.state === 'unknown' ? 'unknown' : 'refused', outcome.because);
  }

  async function sendOne(delivery: Delivery): Promise<void> {
    queue.begin(delivery.id);
    const outcome = await options.send(delivery).catch((error: unknown): DeliveryOutcome => {
      log('error', 'announcements.fault', { delivery: delivery.id, error });
      return { state: 'unknown', because: 'Signalbox hit an unexpected error.' };
    });
    settle(delivery, outcome);
  }

  function look(): void {
    if (closing) return;
    if (timer) clearTimeout(timer);
    timer = null;
    try {
      const heads = queue
        .heads()
        .filter((one) => !onTheWay.has(laneOf(one)) && options.isReady(one.destination))
        .map((one) => ({ ...one, due: Math.max(one.due, resting.get(laneOf(one)) ?? 0) }));
      for (const head of heads.filter(({ due }) => due <= now())) {
        const lane = laneOf(head);
        const sending = sendOne(head)
          .then(() => resting.delete(lane))
          .catch((error: unknown) => {
            // Tried again at once it would keep a core busy for as long as the disk is full.
            resting.set(lane, now() + restUnwritten);
            log('error', 'announcements.not-written', { error });
          })
          .finally(() => {
            onTheWay.delete(lane);
            options.onChange();
            look();
          });
        onTheWay.set(lane, sending);
      }
      const next = Math.min(...heads.filter(({ due }) => due > now()).map(({ due }) => due));
      if (Number.isFinite(next)) {
        timer = setTimeout(look, Math.max(next - now(), 10));
        timer.unref();
      }
    } catch (error) {
      log('error', 'announcements.not-read', { error });
    }
  }

  return {
    announce(announcement) {
      if (closing) return;
      try {
        const said = announcementSchema.parse(announcement);
        if (now() - Date.parse(said.at) > tooOld) return;
        if (!queue.add(said, options.addressees(said), now())) return;
        options.onChange();
        look();
      } catch (error) {
        notQueued += 1;
        log('error', 'announcements.not-queued', { id: announcement.id, error });
        options.onChange();
      }
    },
    look,
    again(id) {
      const found = queue.again(id, now());
      options.onChange();
      look();
      return found;
    },
    drop(id) {
      const found = queue.drop(id);
      options.onChange();
      look();
      return found;
    },
    open: () => queue.open(),
    lately: (most) => queue.lately(most),
    get lost() {
      return queue.lost + notQueued;
    },
    async close() {
      closing = true;
      if (timer) clearTimeout(timer);
      let late: NodeJS.Timeout | undefined;
      const patience = new Promise((resolve) => {
        late = setTimeout(resolve, closePatience);
      });
      await Promise.race([Promise.all(onTheWay.values()), patience]);
      clearTimeout(late);
    },
  };
}
