import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { weekdays } from '../../shared/domain/estate/deploy-hours';
import type { AppIntent, Intent } from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import type { Finding } from '../../shared/domain/preflight/finding';
import { until } from '../testing/until';
import type { Session } from './open-session';
import { type SmallEstate, smallEstate } from './testing/small-estate';

let there: SmallEstate;
let session: Session;
beforeEach(async () => {
  there = await smallEstate();
  // A repo on this computer takes no commits on the branch that it has checked out.
  execFileSync('git', ['-C', there.repo, 'checkout', '--quiet', '--detach']);
  const away = weekdays[(new Date().getUTCDay() + 2) % 7] as string;
  session = await there.open({
    deployHours: { holidays: 'none', timeZone: 'UTC', days: { [away]: '0:00-24:00' } },
  });
});
afterEach(async () => {
  await session.close();
  await there.close();
});

const head = (): string =>
  execFileSync('git', ['-C', there.repo, 'rev-parse', 'main'], { encoding: 'utf8' }).trim();

/** An operation once it has committed or has ended. */
async function run(intent: Intent, seen: readonly Finding[]): Promise<Operation> {
  const started = session.engine.start(intent, seen);
  if (!started.ok) throw new Error(started.failure.message);
  return until(() => {
    const found = session.engine.get(started.value.operationId);
    if (!found.ok) throw new Error(found.failure.message);
    expect(found.value.commit !== null || found.value.state !== 'running').toBe(true);
    return found.value;
  });
}

it('a plan with a finding that blocks, warns or is not known reaches no route, but with its override and a reason', async () => {
  const marked = await run(
    { kind: 'mark-version', app: 'frontend', version: 'v2', reason: '500s on search' },
    [],
  );
  expect(marked.failure).toBeNull();
  const deploy = {
    kind: 'deploy',
    app: 'frontend',
    environment: 'staging',
    version: 'v2',
    expected: 'v1',
  } as const satisfies AppIntent;
  const preview = await session.engine.preview(deploy);
  const seen = preview.ok ? preview.value.findings : [];
  const grave = seen.filter(({ level }) => level === 'block' || level === 'warn' || level === 'unknown');
  expect(new Set(grave.map(({ level }) => level))).toEqual(new Set(['block', 'warn', 'unknown']));
  expect(grave.filter(({ overridable }) => !overridable)).toEqual([]);
  const codes = [...new Set(grave.map(({ code }) => code))];
  const before = head();
  await fc.assert(
    fc.asyncProperty(
      fc.subarray(codes),
      fc.constantFrom<string | undefined>(undefined, '', ' \t', 'Agreed with the team'),
      async (override, reason) => {
        fc.pre(override.length < codes.length || (reason ?? '').trim() === '');
        const end = await run({ ...deploy, override, ...(reason === undefined ? {} : { reason }) }, seen);
        expect(end).toMatchObject({ state: 'failed', commit: null, failure: { code: 'refused' } });
        // Nothing after the checks was begun.
        const begun = end.steps.filter(({ state }) => state === 'succeeded' || state === 'running');
        expect(begun).toEqual([]);
        expect(head()).toBe(before);
      },
    ),
    {
      numRuns: 12,
      // What is nearest to going through: all but one of them, and all of them without a reason.
      examples: [
        ...codes.map((code): [typeof codes, string] => [codes.filter((one) => one !== code), 'Agreed']),
        [codes, ''],
      ],
    },
  );
  const through = await run({ ...deploy, override: codes, reason: 'Agreed with the team' }, seen);
  expect(through.failure).toBeNull();
  expect(head()).toBe(through.commit);
});
