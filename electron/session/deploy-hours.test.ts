import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { weekdays } from '../../shared/domain/estate/deploy-hours';
import type { AppIntent } from '../../shared/domain/operation/intent';
import type { Finding } from '../../shared/domain/preflight/finding';
import { until } from '../testing/until';
import type { Session } from './open-session';
import { type SmallEstate, smallEstate } from './testing/small-estate';

let there: SmallEstate;
let session: Session | null = null;
beforeEach(async () => {
  there = await smallEstate();
});
afterEach(async () => {
  await session?.close();
  session = null;
  await there.close();
});

/** Hours that are open, or shut, whenever the test runs: on all days, or on one that is days away from both ends of today. */
const anyTime = {
  holidays: 'none',
  timeZone: 'UTC',
  days: Object.fromEntries(weekdays.map((day) => [day, '0:00-24:00'])),
};
const notNow = () => {
  const away = weekdays[(new Date().getUTCDay() + 2) % 7] as string;
  return { holidays: 'none', timeZone: 'UTC', days: { [away]: '0:00-24:00' } };
};
const intent = (kind: 'deploy' | 'rollback'): AppIntent => ({
  kind,
  app: 'frontend',
  environment: 'staging',
  version: 'v2',
  expected: 'v1',
});
async function hoursOf(kind: 'deploy' | 'rollback'): Promise<Finding | undefined> {
  const found = await session?.engine.preview(intent(kind));
  if (!found?.ok) throw new Error('no preview');
  return found.value.findings.find(({ code }) => code === 'deploy-hours');
}

it('says nothing of hours where the estate has none, and passes within them', async () => {
  session = await there.open();
  expect(await hoursOf('deploy')).toBeUndefined();
  await session.close();
  session = await there.open({ deployHours: anyTime });
  expect(await hoursOf('deploy')).toMatchObject({ level: 'pass' });
});

it('warns of a deployment outside of the hours, and lets one with a reason through, which the commit tells', async () => {
  // A repo on this computer takes no commits on the branch that it has checked out.
  execFileSync('git', ['-C', there.repo, 'checkout', '--quiet', '--detach']);
  session = await there.open({ deployHours: notNow() });
  const { engine } = session;
  expect(await hoursOf('deploy')).toMatchObject({
    level: 'warn',
    message: expect.stringContaining('Outside the deploy hours of staging: today is'),
  });
  expect(await hoursOf('rollback')).toMatchObject({ level: 'info' });
  const preview = await engine.preview(intent('deploy'));
  const seen = preview.ok ? preview.value.findings : [];
  const run = async (more: { reason?: string; override?: string[] }) => {
    const started = engine.start({ ...intent('deploy'), ...more } as AppIntent, seen);
    if (!started.ok) return started.failure.message;
    const id = started.value.operationId;
    let said = '';
    await until(() => {
      const found = engine.get(id);
      const operation = found.ok ? found.value : null;
      said = operation?.failure?.message ?? '';
      expect(operation?.commit !== null || operation?.state === 'failed').toBe(true);
    });
    return said;
  };
  const log = () =>
    execFileSync('git', ['-C', there.repo, 'log', '-1', '--format=%B', 'main'], { encoding: 'utf8' });
  const others = seen.filter(
    ({ level, code }) => (level === 'warn' || level === 'unknown') && code !== 'deploy-hours',
  );
  const codes = others.map(({ code }) => code);
  expect(await run({ reason: 'Security fix', override: codes })).toContain('Outside the deploy hours');
  expect(log()).toContain('Begin');
  expect(await run({ reason: 'Security fix', override: [...codes, 'deploy-hours'] })).toBe('');
  expect(log()).toContain('Security fix');
  expect(log()).toMatch(/^Signalbox-Override: .*deploy-hours/m);
});
