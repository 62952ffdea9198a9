import type { ParsedInputOf } from '../../shared/contract/contract';
import { FailureError } from '../../shared/domain/failure/failure';
import type { ControlClient } from '../systems/practice/control-client';
import {
  allEnvironments,
  type BagEnvironment,
  bagEnvironments,
  type EnvironmentName,
} from '../systems/practice/environments';

type Act = ParsedInputOf<'practice.act'>;

/** What of the practice estate's control API the window's rehearsals use. */
export type PracticeControl = Pick<
  ControlClient,
  | 'publishRelease'
  | 'breakSuite'
  | 'clusterDown'
  | 'clusterUp'
  | 'stopArgoCd'
  | 'setImage'
  | 'setSyncWindows'
  | 'gitDown'
  | 'gitUp'
  | 'deployAsSomeoneElse'
  | 'lockAsSomeoneElse'
  | 'unlockAsSomeoneElse'
  | 'setSpeed'
  | 'reset'
>;

const unknownEnvironment = (name: string): FailureError =>
  new FailureError({
    code: 'not-found',
    message: `The practice estate has no environment ${name}.`,
    meaning: 'Nothing was done.',
    next: [],
  });

function environmentOf(name: string): EnvironmentName {
  const found = allEnvironments.find((one) => one === name);
  if (!found) throw unknownEnvironment(name);
  return found;
}

function bagEnvironmentOf(name: string): BagEnvironment {
  const found = bagEnvironments.find((one) => one === name);
  if (!found) throw unknownEnvironment(name);
  return found;
}

const suiteWords = {
  fail: 'will fail from now on',
  flaky: 'will fail once, in the next run',
  pass: 'will run normally again',
} as const;

/**
 * Plays one act of a rehearsal.
 * @param afterReset opens the estate anew, since everything that was known of it is gone.
 * @returns what happened, for the person who rehearses.
 */
export async function playAct(
  control: PracticeControl,
  act: Act,
  afterReset: () => Promise<void>,
): Promise<string> {
  try {
    switch (act.act) {
      case 'release': {
        const { version, workflow } = await control.publishRelease({
          app: act.app,
          migration: act.migration,
          ...(act.breaks === 'nothing' ? {} : { breaks: act.breaks }),
          ...(act.onlyIn ? { environments: [environmentOf(act.onlyIn)] } : {}),
        });
        return workflow === null
          ? `${act.app} ${version} is released: the next bag can include it.`
          : `${act.app} ${version} is released and is being deployed to integration.`;
      }
      case 'cluster': {
        const environment = environmentOf(act.environment);
        await (act.up ? control.clusterUp({ environment }) : control.clusterDown({ environment }));
        return act.up
          ? `The ${environment} cluster is reconnected.`
          : `The ${environment} cluster is disconnected.`;
      }
      case 'argo-cd':
        await control.stopArgoCd({ environment: environmentOf(act.environment), on: act.stopped });
        return act.stopped
          ? `Argo CD's controller in ${act.environment} is stopped: it does not compare or sync.`
          : `Argo CD's controller in ${act.environment} is running again.`;
      case 'set-image':
        await control.setImage({
          app: act.app,
          environment: environmentOf(act.environment),
          version: act.version,
        });
        return `Somebody set the image of ${act.app} in ${act.environment} to ${act.version} manually.`;
      case 'sync-window': {
        const environment = environmentOf(act.environment);
        // Open at all times, since practice time is not this computer's.
        const window = {
          kind: 'deny' as const,
          schedule: '* * * * *',
          duration: '1h',
          manualSync: act.manual,
          description: 'Rehearsed change freeze',
        };
        await control.setSyncWindows({ environment, windows: act.on ? [window] : [] });
        if (!act.on) return `Syncs in ${environment} are no longer blocked by a sync window.`;
        return `A sync window blocks ${act.manual ? 'automatic' : 'all'} syncs in ${environment}.`;
      }
      case 'git':
        await (act.up ? control.gitUp() : control.gitDown());
        return act.up ? 'Git and GitHub are reconnected.' : 'Git and GitHub are disconnected.';
      case 'someone-else-deploys':
        await control.deployAsSomeoneElse({
          app: act.app,
          environment: environmentOf(act.environment),
          version: act.version,
        });
        return `Another release manager set ${act.app} to ${act.version} in ${act.environment}.`;
      case 'someone-else-locks': {
        const environment = bagEnvironmentOf(act.environment);
        if (!act.locked) {
          await control.unlockAsSomeoneElse({ environment });
          return `Another release manager released the lock on ${environment}.`;
        }
        await control.lockAsSomeoneElse({ environment, how: act.how });
        return act.how === 'killed'
          ? `Another release manager's console locked ${environment} and was killed.`
          : `Another release manager locked ${environment}.`;
      }
      case 'suite':
        await control.breakSuite({
          environment: bagEnvironmentOf(act.environment),
          suite: act.suite,
          outcome: act.outcome,
        });
        return `The ${act.suite} of ${act.environment} ${suiteWords[act.outcome]}.`;
      case 'speed':
        await control.setSpeed({ speed: act.speed });
        return act.speed === 1 ? 'Time runs at normal speed.' : `Time runs ${act.speed} times as fast.`;
      case 'reset':
        await control.reset();
        await afterReset();
        return 'The practice estate is reset.';
    }
  } catch (error) {
    if (error instanceof FailureError) throw error;
    throw new FailureError({
      code: 'refused',
      message: 'The practice estate refused this.',
      meaning: error instanceof Error ? error.message : 'Nothing was done.',
      next: [],
    });
  }
}
