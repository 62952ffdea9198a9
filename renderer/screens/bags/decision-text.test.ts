import { expect, it } from 'vitest';
import type { AutopilotDecision } from '../../../shared/domain/bags/view';
import { decisionText } from './decision-text';

const decision = (change: Partial<AutopilotDecision>): AutopilotDecision => ({
  at: '2026-03-01T14:02:00Z',
  about: 'deploy',
  environment: 'staging',
  suite: null,
  outcome: 'idle',
  bag: null,
  why: '',
  ...change,
});

it.each([
  [{ outcome: 'started', bag: 19 }, 'Bag 19 started in staging'],
  [{ outcome: 'idle' }, 'Nothing to do in staging'],
  [{ outcome: 'waiting' }, 'Waiting in staging'],
  [{ outcome: 'refused', bag: 19 }, 'Bag 19 not started in staging'],
  [{ outcome: 'failed' }, 'Deployment failed in staging'],
  [{ about: 'pack', environment: null, outcome: 'idle' }, 'Nothing to pack'],
  [{ about: 'pack', environment: null, outcome: 'waiting' }, 'Not packing'],
  [{ about: 'pack', environment: null, outcome: 'started' }, 'Packing started'],
  [{ about: 'pack', environment: null, outcome: 'refused' }, 'New bag not started'],
  [{ about: 'test', suite: 'smoke', outcome: 'started' }, 'smoke started in staging'],
  [{ about: 'test', suite: 'smoke', outcome: 'waiting' }, 'smoke waiting in staging'],
  [{ about: 'pipeline', environment: null, outcome: 'waiting' }, 'Waiting'],
] as const)('a decision %j reads "%s"', (change, text) => {
  expect(decisionText(decision(change))).toBe(text);
});
