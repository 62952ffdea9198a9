// Every kind of operation, a line each: what it says of itself stands in its file.
export { abortTests } from './kinds/abort-tests';
export { changePolicy } from './kinds/change-policy';
export { deploy } from './kinds/deploy';
export { deployBag } from './kinds/deploy-bag';
export { emergencyRollback } from './kinds/emergency-rollback';
export { forceUnlock } from './kinds/force-unlock';
export { hold } from './kinds/hold';
export { lock } from './kinds/lock-environment';
export { nudge } from './kinds/nudge';
export { packBag } from './kinds/pack-bag';
export { promote } from './kinds/promote';
export { reconcile } from './kinds/reconcile';
export { releaseHold } from './kinds/release-hold';
export { retryTests } from './kinds/retry-tests';
export { rollBackBag } from './kinds/roll-back-bag';
export { rollback } from './kinds/rollback';
export { unlock } from './kinds/unlock-environment';
