import type { Board } from '../../shared/domain/board/board';
import type { DeploymentEvent } from '../../shared/domain/history/history-event';
import type { History } from '../history/open-history';
import type { DeploymentHistory } from './ports';

/** The engine's view of the history worker. */
export function historyPort(
  history: Pick<History, 'status' | 'onStatus' | 'deployments' | 'lastDeployments'>,
): DeploymentHistory {
  const status = (): Board['history'] => {
    const { phase, progress, notice, failure } = history.status();
    return { ready: phase === 'ready', indexed: progress?.done ?? 0, notice: failure?.message ?? notice };
  };
  return {
    status,
    newest: () => history.lastDeployments(),
    deployments: async (query) => (await history.deployments(query)).map(withoutPlace),
    attributed: () => history.status().attributed ?? 0,
    onChange: (listener) => history.onStatus(listener),
  };
}

function withoutPlace({ type: _, id: __, subject: ___, returns: ____, ...deployment }: DeploymentEvent) {
  return deployment;
}
