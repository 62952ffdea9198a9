import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { practiceConcourseUser } from '../../systems/practice/environments';
import { createClock } from '../estate/clock';
import { concourseTeams } from './notify-pipelines';
import { type PracticeConcourseServer, startPracticeConcourse } from './practice-server';

let server: PracticeConcourseServer;
beforeEach(async () => {
  server = await startPracticeConcourse({ clock: createClock(500), secret: 'hush' });
});
afterEach(() => server.close());

const numbers = (team: string): (string | undefined)[] =>
  server.concourse.pipelines
    .find(({ config }) => config.team === team)
    ?.jobs.find(({ config }) => config.name === 'signal-deploy-completion')
    ?.builds.map(({ inputs }) => inputs[0]?.version.value.number) ?? [];

describe('the practice estate’s Concourse', () => {
  it('has a past, and goes on by the practice clock', async () => {
    for (const team of concourseTeams) expect(numbers(team)).toEqual(['1', '2', '3']);
    expect(server.publish('api')).toBe('v43');
    await expect.poll(() => numbers('production')).toContain('4');
  });
  it('knows the console by the estate’s secret', () => {
    expect(server.accounts.signIn(practiceConcourseUser, 'hush')).not.toBeNull();
    expect(server.accounts.signIn(practiceConcourseUser, 'else')).toBeNull();
  });
});
