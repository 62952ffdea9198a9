import type { Failure } from '../../shared/domain/failure/failure';
import type { Intent, OperationKind } from '../../shared/domain/operation/intent';
import type { Routine } from '../../shared/domain/operation/steps';
import { bagPreflight } from './bags/bag-preflight';
import { deployJobs } from './bags/deploy-step';
import { keepBagOut } from './bags/keep-bag-out';
import { lockAndStart } from './bags/lock-step';
import { changePolicy, forceUnlock, lockByHand, packBag, unlock } from './bags/one-commit';
import { stopSuites } from './bags/stop-suites';
import { takeLockOver } from './bags/take-lock-over';
import { passAndUnlock, testSuites } from './bags/test-step';
import { runBatch } from './batch/run-batch';
import { liftHold, takeHold } from './commit-hold';
import { goBack } from './commit-rollback';
import { setVersion } from './commit-version';
import { byKind, checkByConcourse, notByConcourse } from './concourse/concourse-routines';
import {
  completeByConcourse,
  deployByConcourse,
  startByConcourse,
  testByConcourse,
} from './concourse/deploy-by-concourse';
import {
  abortByConcourse,
  packByConcourse,
  retryByConcourse,
  unlockByConcourse,
} from './concourse/jobs-by-concourse';
import { keepOutByConcourse, policyByConcourse } from './concourse/policy-by-concourse';
import { commitReconciled } from './emergency/commit-reconciled';
import { liveAsGit } from './emergency/live-as-git';
import { setLiveImage } from './emergency/live-image';
import { liveRollout } from './emergency/live-rollout';
import { appSyncOff, parentSyncOff } from './emergency/switch-off';
import { appSyncOn, gitSeen, parentSyncOn } from './emergency/switch-on';
import { checkFreeze, commitFreeze } from './freezes/freeze-steps';
import { freezeEffective, stopFrozen } from './freezes/stop-frozen';
import type { StepContext, StepEnd, StepRun } from './operation-context';
import { checkRecords, commitRecords } from './records/write-estate-records';
import { commit } from './steps/commit';
import { rollout } from './steps/follow-rollout';
import { holdEffective } from './steps/hold-effective';
import { preflight } from './steps/preflight-step';
import { nudge } from './steps/refresh-parent';
import { requestHold } from './steps/request-hold';
import { stopPromotions } from './steps/stop-promotions';
import { sync } from './steps/sync';
import { tests } from './steps/tests';

/** What is done in a step, and of which intents. */
interface RoutineRun<I extends Intent = Intent> {
  fits(intent: Intent): intent is I;
  run: StepRun<Intent>;
}

const misfit = ({ intent, step }: StepContext<Intent>): Failure => ({
  code: 'internal',
  message: `The step ${step} cannot be done for an operation of the kind ${intent.kind}.`,
  meaning: 'Nothing was changed by this step.',
  next: [],
});

function of<I extends Intent>(fits: (intent: Intent) => intent is I, run: StepRun<I>): RoutineRun<I> {
  return {
    fits,
    run: async (context): Promise<StepEnd> => {
      const { intent } = context;
      return fits(intent) ? run({ ...context, intent }) : { state: 'failed', failure: misfit(context) };
    },
  };
}

/** Intents that say all of these. */
const saying =
  <K extends string>(...names: readonly K[]) =>
  (intent: Intent): intent is Extract<Intent, Record<K, unknown>> =>
    names.every((name) => name in intent);

const ofKind =
  <K extends OperationKind>(...kinds: readonly K[]) =>
  (intent: Intent): intent is Extract<Intent, { kind: K }> =>
    kinds.some((kind) => intent.kind === kind);

const anApp = saying('app', 'environment');
const aVersion = saying('app', 'environment', 'version');
const aPipeline = saying('pipeline');
const aStage = saying('pipeline', 'environment');
const aMarkOrNote = ofKind('mark-version', 'clear-mark', 'write-note', 'remove-note');
const aFreeze = saying('scope');
const setsFreeze = ofKind('freeze', 'begin-freeze', 'change-freeze', 'thaw', 'lock');
const aBag = saying('pipeline', 'environment', 'bag', 'running', 'leaveRunning', 'override');

/** How everything is done that a step can do: a line each. */
export const routineRuns = {
  'check-app': of(anApp, preflight({ askRepo: false })),
  'check-app-and-repo': of(anApp, preflight({ askRepo: true })),
  'check-pipeline': of(aPipeline, byKind(bagPreflight, checkByConcourse)),
  'check-records': of(aMarkOrNote, checkRecords),
  'commit-records': of(aMarkOrNote, commitRecords),
  'commit-version': of(saying('app', 'environment', 'version', 'expected'), commit(setVersion)),
  'commit-rollback': of(saying('app', 'environment', 'version', 'expected'), commit(goBack)),
  'commit-hold': of(anApp, commit(takeHold)),
  'commit-release': of(anApp, commit(liftHold)),
  'check-freeze': of(aFreeze, checkFreeze),
  'commit-freeze': of(aFreeze, commitFreeze),
  'commit-begin': of(aFreeze, commitFreeze),
  'commit-freeze-change': of(aFreeze, commitFreeze),
  'commit-thaw': of(aFreeze, commitFreeze),
  'stop-frozen': of(setsFreeze, stopFrozen),
  'freeze-effective': of(setsFreeze, freezeEffective),
  'commit-bag': of(ofKind('pack-bag'), byKind(packBag, packByConcourse)),
  'commit-lock': of(ofKind('lock'), byKind(lockByHand, notByConcourse)),
  'commit-unlock': of(ofKind('unlock'), byKind(unlock, notByConcourse)),
  'commit-forced-unlock': of(ofKind('force-unlock'), byKind(forceUnlock, unlockByConcourse)),
  'commit-policy': of(ofKind('change-policy'), byKind(changePolicy, policyByConcourse)),
  'request-hold': of(ofKind('rollback', 'reconcile'), requestHold),
  'stop-promotions': of(anApp, stopPromotions),
  'hold-effective': of(anApp, holdEffective),
  nudge: of(aVersion, nudge),
  sync: of(aVersion, sync),
  rollout: of(aVersion, rollout),
  tests: of(aVersion, tests),
  'keep-bag-out': of(ofKind('roll-back-bag'), byKind(keepBagOut, keepOutByConcourse)),
  'lock-and-start': of(aBag, byKind(lockAndStart, startByConcourse)),
  'take-lock-over': of(ofKind('retry-tests'), byKind(takeLockOver, retryByConcourse)),
  'deploy-jobs': of(aStage, byKind(deployJobs, deployByConcourse)),
  'test-suites': of(aStage, byKind(testSuites, testByConcourse)),
  'pass-and-unlock': of(aStage, byKind(passAndUnlock, completeByConcourse)),
  'stop-suites': of(ofKind('abort-tests'), byKind(stopSuites, abortByConcourse)),
  'run-batch': of(ofKind('batch'), runBatch),
  'parent-sync-off': of(ofKind('emergency-rollback'), parentSyncOff),
  'app-sync-off': of(ofKind('emergency-rollback'), appSyncOff),
  'set-live-image': of(ofKind('emergency-rollback'), setLiveImage),
  'live-rollout': of(ofKind('emergency-rollback'), liveRollout),
  'commit-reconciled': of(ofKind('reconcile'), commitReconciled),
  'git-seen': of(ofKind('reconcile'), gitSeen),
  'app-sync-on': of(ofKind('reconcile'), appSyncOn),
  'parent-sync-on': of(ofKind('reconcile'), parentSyncOn),
  'live-as-git': of(ofKind('reconcile'), liveAsGit),
} satisfies Record<Routine, RoutineRun>;
