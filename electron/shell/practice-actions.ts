import type { ParsedInputOf } from '../../shared/contract/contract';
import { FailureError } from '../../shared/domain/failure/failure';
import type { ControlClient } from '../systems/practice/control-client';
import {
  allEnvironments,
  type BagEnvironment,
  bagEnvironments,
  type EnvironmentName,
} from '../systems/practice/environments';

type Act = ParsedInputOf<'practice.action'>;

/** What of the practice estate's control API the window's rehearsals use. */
export type PracticeControl = Pick<
  ControlClient,
  | 'status'
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
  | 'setRights'
  | 'setTeamMember'
  | 'setArgoSessions'
  | 'signInToArgo'
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

/** What happens to the sessions at Argo's servers. */
async function changeSessions(
  control: PracticeControl,
  how: Extract<Act, { action: 'argo-sessions' }>['how'],
): Promise<string> {
  switch (how) {
    case 'end':
      await control.setArgoSessions({ end: {} });
      return 'All sessions at Argo CD and Argo Workflows have ended.';
    case 'short':
      await control.setArgoSessions({ lastSeconds: 60 });
      return 'Sessions at Argo CD and Argo Workflows last a minute from the next sign-in on.';
    case 'usual':
      await control.setArgoSessions({ lastSeconds: 24 * 3600 });
      return 'Sessions at Argo CD and Argo Workflows last a day from the next sign-in on.';
    case 'proxy':
      await control.setArgoSessions({ proxy: true });
      return 'A proxy with its own login is in front of Argo CD and Argo Workflows.';
    case 'no-proxy':
      await control.setArgoSessions({ proxy: false });
      return 'Argo CD and Argo Workflows can be reached without the proxy’s login again.';
  }
}

const rightsWords = {
  everything: 'You may do everything: push to main, and all of Argo.',
  govuk: 'You have the rights of GOV.UK: main is protected, and Argo is reached at its own servers.',
  'govuk-pods-only': 'You have the rights of GOV.UK: main is protected, and you are not signed in to Argo.',
} as const;

/**
 * Plays one action of a rehearsal.
 * @param reopen opens the estate again: `again` where everything that was known of it is gone, `as-it-was` where what one
 *   may do changed, as a new sign-in would.
 * @returns what happened, for the person who rehearses.
 */
export async function playAction(
  control: PracticeControl,
  action: Act,
  reopen: (how: 'again' | 'as-it-was') => Promise<void>,
): Promise<string> {
  try {
    switch (action.action) {
      case 'release': {
        const { version, workflow } = await control.publishRelease({
          app: action.app,
          migration: action.migration,
          ...(action.breaks === 'nothing' ? {} : { breaks: action.breaks }),
          ...(action.onlyIn ? { environments: [environmentOf(action.onlyIn)] } : {}),
        });
        return workflow === null
          ? `${action.app} ${version} is released: the next bag can include it.`
          : `${action.app} ${version} is released and is being deployed to integration.`;
      }
      case 'cluster': {
        const environment = environmentOf(action.environment);
        await (action.up ? control.clusterUp({ environment }) : control.clusterDown({ environment }));
        return action.up
          ? `The ${environment} cluster is reconnected.`
          : `The ${environment} cluster is disconnected.`;
      }
      case 'argo-cd':
        await control.stopArgoCd({ environment: environmentOf(action.environment), on: action.stopped });
        return action.stopped
          ? `Argo CD's controller in ${action.environment} is stopped: it does not compare or sync.`
          : `Argo CD's controller in ${action.environment} is running again.`;
      case 'set-image':
        await control.setImage({
          app: action.app,
          environment: environmentOf(action.environment),
          version: action.version,
        });
        return `Somebody set the image of ${action.app} in ${action.environment} to ${action.version} manually.`;
      case 'sync-window': {
        const environment = environmentOf(action.environment);
        // Open at all times, since practice time is not this computer's.
        const window = {
          kind: 'deny' as const,
          schedule: '* * * * *',
          duration: '1h',
          manualSync: action.manual,
          description: 'Rehearsed change freeze',
        };
        await control.setSyncWindows({ environment, windows: action.on ? [window] : [] });
        if (!action.on) return `Syncs in ${environment} are no longer blocked by a sync window.`;
        return `A sync window blocks ${action.manual ? 'automatic' : 'all'} syncs in ${environment}.`;
      }
      case 'git':
        await (action.up ? control.gitUp() : control.gitDown());
        return action.up ? 'Git and GitHub are reconnected.' : 'Git and GitHub are disconnected.';
      case 'someone-else-deploys':
        await control.deployAsSomeoneElse({
          app: action.app,
          environment: environmentOf(action.environment),
          version: action.version,
        });
        return `Another release manager set ${action.app} to ${action.version} in ${action.environment}.`;
      case 'someone-else-locks': {
        const environment = bagEnvironmentOf(action.environment);
        if (!action.locked) {
          await control.unlockAsSomeoneElse({ environment });
          return `Another release manager released the lock on ${environment}.`;
        }
        await control.lockAsSomeoneElse({ environment, how: action.how });
        return action.how === 'killed'
          ? `Another release manager's console locked ${environment} and was killed.`
          : `Another release manager locked ${environment}.`;
      }
      case 'suite':
        await control.breakSuite({
          environment: bagEnvironmentOf(action.environment),
          suite: action.suite,
          outcome: action.outcome,
        });
        return `The ${action.suite} of ${action.environment} ${suiteWords[action.outcome]}.`;
      case 'rights':
        await control.setRights({ profile: action.profile });
        await reopen('as-it-was');
        return rightsWords[action.profile];
      case 'team-member': {
        await control.setTeamMember({ member: action.member });
        await reopen('as-it-was');
        return action.member
          ? 'You are a member of gov-uk-production-deploy.'
          : 'You are no longer a member of gov-uk-production-deploy.';
      }
      case 'argo-sessions':
        return changeSessions(control, action.how);
      case 'speed':
        await control.setSpeed({ speed: action.speed });
        return action.speed === 1 ? 'Time runs at normal speed.' : `Time runs ${action.speed} times as fast.`;
      case 'reset':
        await control.reset();
        await reopen('again');
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
