import type { AppIntent } from '../../shared/domain/operation/operation';
import { bringUp, setVersion } from './deploy';
import type { OperationDefinition } from './operation-context';
import { commit } from './steps/commit';
import { preflight } from './steps/preflight-step';

/**
 * Carries the version that runs and was tested in one environment to the next one of the chain. That the version is
 * still there, and how its tests went, is preflight's to find, again on the snapshot that lands. A promotion by a
 * person goes one environment far: `promote_deployment` is false, as for every deploy by hand.
 */
export const promote: OperationDefinition<'promote'> = {
  kind: 'promote',
  first: [
    { name: 'preflight', run: preflight },
    { name: 'commit', run: commit<Extract<AppIntent, { kind: 'promote' }>>(setVersion) },
  ],
  lanes: [bringUp],
};
