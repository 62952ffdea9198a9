import type { RouteKind } from '../../../shared/domain/estate/routes';
import type { AppIntent } from '../../../shared/domain/operation/intent';
import { outsideFacts } from '../app-preflight';
import type { StepContext, StepEnd, VersionIntent } from '../operation-context';
import { judge } from '../steps/preflight-step';
import { carryByActions } from './actions-route';
import { routeBegun } from './route-taken';
import { carryByWorkflow } from './workflow-route';

const isVersioned = (context: StepContext<AppIntent>): context is StepContext<VersionIntent> =>
  'version' in context.intent;

/**
 * The commit of what is asked, made by somebody else: a bot that Argo Workflows or GitHub Actions runs. Findings are
 * computed again right before it is begun; when they got worse the operation stops and shows them.
 */
export async function byOthers(context: StepContext<AppIntent>, kind: RouteKind): Promise<StepEnd> {
  const { world, intent, id } = context;
  if (!isVersioned(context)) return { state: 'unknown', because: 'No bot carries that.' };
  if (routeBegun(context) === null) {
    const seen = [...context.record().seen, ...context.record().operation.findings];
    const { findings, failure } = judge(
      world,
      intent,
      world.ledger.snapshot(),
      outsideFacts(world, intent, id),
      seen,
    );
    if (findings.length > 0) context.findings(findings);
    if (failure) return { state: 'failed', failure };
  }
  const route = world.routes.config(intent.environment, kind);
  switch (route?.kind) {
    case 'workflow':
      return carryByWorkflow(context, route);
    case 'actions':
      return carryByActions(context, route);
    default:
      return {
        state: 'unknown',
        because: `The estate file no longer lists the route ${kind} for ${intent.environment}, on which this began.`,
      };
  }
}
