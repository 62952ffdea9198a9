/**
 * One console of a race, as a process of its own: opens a ledger, says `ready`, then does one deploy, or takes or gives back a lock,
 * per line of its input and prints how it ended. The token comes by environment.
 */
import { createInterface } from 'node:readline';
import { estateSchema } from '../../../shared/domain/estate/estate';
import { openLedger } from '../open-ledger';
import { deploy } from './commit-deploy';
import { takeHold } from './hold';
import { type LockWish, lock } from './lock';
import { unwrap } from './release-repo';

const { url, dir, records } = JSON.parse(process.argv[2] ?? '{}') as {
  url: string;
  dir: string;
  records?: string;
};
const ledger = unwrap(
  await openLedger({
    estate: estateSchema.parse({
      name: 'race',
      ledger: { url, ...(records ? { records: { branch: records } } : {}) },
      environments: [{ name: 'production' }],
    }),
    dir,
    credentials: async () => ({ username: 'x-access-token', password: process.env.RACER_TOKEN ?? '' }),
    identity: { name: 'Racer', email: 'racer@example.invalid' },
  }),
);
unwrap(await ledger.refresh());
const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`);
say({ ready: true });
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line) as
    | Parameters<typeof deploy>[0]
    | { lock: LockWish }
    | { hold: { app: string; operationId: string } };
  if ('lock' in order) {
    say(await lock(ledger, order.lock));
    continue;
  }
  if ('hold' in order) {
    const { app, operationId } = order.hold;
    const held = await ledger.transact({ operationId, what: 'hold' }, takeHold(app, operationId));
    say(held.ok ? { ok: true, commit: held.value.commit } : { ok: false, code: held.failure.code });
    continue;
  }
  const wish = order;
  const result = await ledger.transact({ operationId: wish.operationId, what: 'race' }, deploy(wish));
  say(
    result.ok
      ? {
          ok: true,
          commit: result.value.commit,
          from: result.value.value.from,
          attempts: result.value.attempts,
        }
      : {
          ok: false,
          code: result.failure.code,
          message: result.failure.message,
          detail: result.failure.detail,
        },
  );
}
await ledger.close();
