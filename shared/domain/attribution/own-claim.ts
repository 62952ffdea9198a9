import type { OperationRecord as Journaled } from '../operation/operation-reducer';
import type { Claim } from './claims';
import { recordedRoutes } from './operation-record';

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/**
 * What the journal of this console claims of an operation whose commit somebody else made: it knows so whether or not a
 * record of it could be written. The effect `commit` names the route, and in `base`, or `before`, a commit that was there
 * when it began (electron/engine/routes). `null`: its commit is its own, or is not known.
 */
export function ownClaim({ operation, effects }: Journaled): Claim | null {
  const { intent, commit } = operation;
  const effect = effects.get('commit');
  const route = recordedRoutes.find((one) => one === effect?.data.route);
  if (!effect || !route || commit === null || effect.outcome !== 'done') return null;
  if (intent.kind !== 'deploy' && intent.kind !== 'promote' && intent.kind !== 'rollback') return null;
  const job = operation.jobs.find(({ phase }) => phase === 'deploy');
  const name = text(effect.data.name);
  return {
    source: 'journal',
    operation: operation.id,
    kind: intent.kind,
    app: intent.app,
    environment: intent.environment,
    version: intent.version,
    by: operation.actor.slice(0, 200) || 'unknown',
    reason: intent.reason || null,
    override: (intent.override ?? []).slice(0, 100).map((code) => code.slice(0, 100)),
    route,
    run: name === null ? null : { name: name.slice(0, 200), url: text(effect.data.url) ?? job?.url ?? null },
    base: text(effect.data.base) ?? text(effect.data.before),
    commit,
    earliest: job?.startedAt ?? operation.requestedAt,
    // Argo's own workflow makes the commit before it ends; a run of GitHub Actions has it made afterwards.
    latest: route === 'workflow' ? (job?.finishedAt ?? null) : null,
  };
}
