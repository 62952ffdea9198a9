/**
 * A Signalbox without a window that begins one operation and is killed (SIGKILL, by its own hand) at a record of its
 * journal. Started by the crash tests alone. `SIGNALBOX_CRASH_AT` is `before` or `after`, a colon, and the record's
 * name (see `recordName`), with `#2` for the second of that name; without it the process says every record's name and
 * ends with the operation.
 */
import { type Intent, isAppIntent } from '../../../shared/domain/operation/intent';
import { type Journal, openJournal } from '../journal';
import { recordName } from './record-name';
import { type EstateAccess, ended, openRig, unwrap } from './rig';

interface Order {
  access: EstateAccess;
  folder: string;
  watch: string[];
  intent: Intent;
  offline?: boolean;
}

const order = JSON.parse(process.argv[2] ?? '{}') as Order;
const [when = '', ...rest] = (process.env.SIGNALBOX_CRASH_AT ?? '').split(':');
const [where = '', time = '1'] = rest.join(':').split('#');
let times = 0;

const die = (): void => {
  process.kill(process.pid, 'SIGKILL');
  // The signal ends the process on the way out of the call; nothing may happen in between.
  for (;;);
};

function killing(file: string, now: () => Date): Journal {
  const journal = openJournal(file, now);
  return {
    ...journal,
    append: (id, event, durable) => {
      const name = recordName(event);
      // To see that the tests notice when intents are not written down.
      if (when !== '' && process.env.SIGNALBOX_DROP_INTENTS && event.type === 'side-effect-intended') return;
      if (when !== '' && name === where) times += 1;
      const isNow = name === where && times === Number(time);
      if (when === 'before' && isNow) die();
      journal.append(id, event, durable);
      if (when === 'after' && isNow) die();
      if (when === '' && event.type !== 'progress') process.stdout.write(`${name}\n`);
    },
  };
}

const rig = await openRig(order.access, order.folder, {
  watch: order.watch,
  limits: { settle: 100, look: 60_000 },
  openJournal: killing,
  offline: order.offline === true,
});
const { intent } = order;
// Everything that is worked out ahead is there before somebody clicks.
await new Promise<void>((resolve) => {
  const look = (): void => {
    const board = rig.engine.board();
    const live = board.environments.every(
      ({ name, cluster }) => !order.watch.includes(name) || cluster.state === 'live',
    );
    const known =
      !isAppIntent(intent) || board.cells.every((cell) => cell.app !== intent.app || cell.deployed !== null);
    if (live && known) resolve();
  };
  rig.engine.onChange(look);
  look();
});
const { findings } = isAppIntent(intent)
  ? unwrap(await rig.engine.preview(intent))
  : 'pipeline' in intent
    ? await rig.engine.bags.preview(intent)
    : { findings: [] };
const { operationId } = unwrap(rig.engine.start(intent, findings));
const end = await ended(rig.engine, operationId, 110_000);
await rig.close();
process.exit(end.state === 'succeeded' ? 0 : 3);
