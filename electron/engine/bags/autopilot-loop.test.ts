import { expect, it } from 'vitest';
import { countedLog } from '../../log/counted-log';
import type { World } from '../world';
import { autopilotDecisions } from './autopilot-decisions';
import { startAutopilot } from './autopilot-loop';

const pipeline = 'notify';

/** What an autopilot sees of a world in which one cluster's view is broken and another's cluster is away. */
function brokenWorld() {
  const counted = countedLog(
    () => undefined,
    () => 0,
  );
  const now = (): Date => new Date(0);
  const decisions = autopilotDecisions({ log: counted.log, now, onChanged: () => undefined });
  const view = (freshness: () => unknown) => ({ view: { freshness } });
  const world = {
    estate: {
      pipelines: [
        {
          name: pipeline,
          kind: 'bags',
          environments: ['preview', 'staging'],
          services: [],
          autopilot: true,
          packAutomatically: false,
          stages: {},
        },
      ],
      environments: [{ name: 'preview' }, { name: 'staging' }],
    },
    ledger: {
      readOnlyBecause: null,
      freshness: () => ({ state: 'live' }),
      snapshot: () => {
        throw new TypeError('no snapshot');
      },
    },
    consoleAutopilot: { get: () => true },
    clusters: new Map<string, unknown>([
      [
        'preview',
        view(() => {
          throw new TypeError('no view');
        }),
      ],
      ['staging', view(() => ({ state: 'unreachable' }))],
    ]),
    open: () => [],
    now,
    decisions,
    log: counted.log,
  };
  return { world: world as unknown as World, decisions, counts: counted.counts };
}

it('an autopilot that meets a fault says so, counts it, and looks after the rest', async () => {
  const { world, decisions, counts } = brokenWorld();
  const stop = new AbortController();
  const { look } = startAutopilot(
    world,
    () => {
      throw new Error('nothing is to be started');
    },
    stop.signal,
  );
  try {
    look();
    await expect
      .poll(() =>
        decisions.of(pipeline).map(({ about, environment, outcome }) => [about, environment, outcome]),
      )
      .toEqual(
        expect.arrayContaining([
          ['pack', null, 'failed'],
          ['deploy', 'preview', 'failed'],
          ['deploy', 'staging', 'waiting'],
        ]),
      );
    expect(decisions.of(pipeline).find(({ outcome }) => outcome === 'waiting')?.why).toBe(
      'The cluster of staging is not reachable from this console.',
    );
    await expect.poll(() => counts().find(({ event }) => event === 'autopilot.failed')?.count).toBe(4);
    // The next look decides the same: it is counted, and told once.
    const told = decisions.of(pipeline).length;
    look();
    await expect.poll(() => counts().find(({ event }) => event === 'autopilot.failed')?.count).toBe(8);
    expect(decisions.of(pipeline)).toHaveLength(told);
  } finally {
    stop.abort();
  }
});

it('keeps its last decisions within bounds, newest first', () => {
  const decisions = autopilotDecisions({
    log: () => undefined,
    now: () => new Date(0),
    onChanged: () => undefined,
  });
  for (let bag = 1; bag <= 200; bag += 1)
    decisions.note(pipeline, {
      about: 'deploy',
      environment: 'staging',
      suite: null,
      outcome: 'started',
      bag,
      why: '',
    });
  expect(decisions.of(pipeline)).toHaveLength(50);
  expect(decisions.of(pipeline)[0]?.bag).toBe(200);
});
