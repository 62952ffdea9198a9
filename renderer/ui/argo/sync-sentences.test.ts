import { describe, expect, it } from 'vitest';
import type {
  ApplicationDetail,
  ApplicationResource,
} from '../../../shared/domain/rollout/application-detail';
import { idOf, syncSentences } from './sync-sentences';

const resource = (name: string, requiresPruning = false): ApplicationResource => ({
  group: 'apps',
  kind: 'Deployment',
  namespace: 'apps',
  name,
  sync: 'OutOfSync',
  health: { status: null, message: null, from: 'unknown' },
  hook: false,
  requiresPruning,
});
const old = resource('frontend-old', true);
const application = {
  version: 'v12',
  resources: [resource('frontend'), old],
  autoSync: { syncOptions: ['ApplyOutOfSyncOnly=true'], retryLimit: 5 },
  windows: { state: 'open' },
} as unknown as ApplicationDetail;
const say = (choice: Partial<Parameters<typeof syncSentences>[1]>, chosen: ApplicationResource[] = []) =>
  syncSentences(application, { prune: false, dryRun: false, chosen: null, ...choice }, chosen).join('\n');

describe('what a sync will do, in words', () => {
  it('says what is removed and what stays', () => {
    expect(say({ prune: true })).toContain(
      'It deletes resources that are no longer in Git: Deployment/frontend-old.',
    );
    expect(say({})).toContain('Resources that are no longer in Git stay: Deployment/frontend-old.');
    expect(say({ prune: true, dryRun: true })).toContain('It would delete');
    const [kept] = application.resources;
    const one = kept as ApplicationResource;
    expect(say({ prune: true, chosen: new Set([idOf(one)]) }, [one])).not.toContain('frontend-old');
  });

  it('says whether hooks run, and which options are inherited', () => {
    expect(say({})).toContain('Its hooks run');
    expect(say({ chosen: new Set([idOf(old)]) }, [old])).toContain('to 1 selected resource.');
    expect(say({ chosen: new Set() })).toContain('Hooks do not run');
    expect(say({ dryRun: true })).toContain('without changing anything');
    expect(say({ dryRun: true })).toContain('Hooks do not run');
    expect(say({})).toContain('sync options: ApplyOutOfSyncOnly=true, 5 retries.');
  });
});
