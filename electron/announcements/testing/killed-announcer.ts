/**
 * An announcer that announces the start and the end of an operation to practice receivers and is killed (SIGKILL, by its
 * own hand) around one of its messages: `begun`, after it was written down that it is sent; `arrived`, after it was answered
 * and before that is written down; `recorded`, after. Started by the kill test alone.
 */
import { openJournal } from '../../engine/journal';
import { noLog } from '../../log/log';
import { createAnnouncer } from '../announcer';
import { type Delivery, openQueue } from '../queue';
import { type KillOrder, kinds, operationOf, sendTo, slackAndWebhook } from './telling';

const order = JSON.parse(process.argv[2] ?? '{}') as KillOrder;
const die = (): void => {
  process.kill(process.pid, 'SIGKILL');
  for (;;);
};

const journal = openJournal(order.file);
const queue = openQueue(journal.beside, Date.now());
const isDue = (point: KillOrder['point'], { id }: Pick<Delivery, 'id'>): boolean =>
  order.point === point && id === order.message;
const announcer = createAnnouncer({
  queue: {
    ...queue,
    get lost() {
      return queue.lost;
    },
    sent: (delivery, receipt) => {
      queue.sent(delivery, receipt);
      if (isDue('recorded', delivery)) die();
    },
  },
  addressees: () => slackAndWebhook,
  isReady: () => true,
  send: async (delivery) => {
    if (isDue('begun', delivery)) die();
    const outcome = await sendTo(order.url, delivery);
    if (isDue('arrived', delivery)) die();
    return outcome;
  },
  now: Date.now,
  log: noLog,
  onChange: () => undefined,
});
// One after the other, so that each is a message of its own.
for (const kind of kinds) {
  announcer.announce(operationOf(kind));
  while (announcer.open().some(({ state }) => state === 'waiting' || state === 'sending'))
    await new Promise((resolve) => setTimeout(resolve, 5));
}
process.exit(0);
