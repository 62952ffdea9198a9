import { z } from 'zod';

/** What may be asked of an environment's cluster, as far as a permission decides about it. */
export const clusterActions = [
  'refresh',
  'sync',
  'terminate-sync',
  'submit-workflow',
  'stop-workflow',
  'resume-workflow',
  'retry-workflow',
  'read-logs',
  'read-events',
  'switch-automatic-sync',
  'set-image',
] as const;
const clusterActionSchema = z.enum(clusterActions);
export type ClusterAction = z.infer<typeof clusterActionSchema>;

/** Whether an action is permitted. `unknown` (not asked yet, or no answer) never counts as allowed. */
export const clusterAccessSchema = z.object({
  action: clusterActionSchema,
  state: z.enum(['allowed', 'denied', 'unknown']),
  /** The rights that are missing, or why it is not known; what was granted when all are there. */
  why: z.string(),
  /** Whether the cluster was asked by now: until then `unknown` may pass in a moment. */
  asked: z.boolean(),
  /** Nobody tells beforehand, trying does: no reason to warn. */
  onlyTrying: z.boolean().optional(),
});
export type ClusterAccess = z.infer<typeof clusterAccessSchema>;

/** One right, as a SelfSubjectAccessReview asks for it (`spec.resourceAttributes`, authorization.k8s.io/v1). */
export interface Right {
  verb: string;
  group: string;
  resource: string;
  subresource?: string;
  namespace: string;
}

/** The namespaces that an estate names for an environment. */
export interface Namespaces {
  argoNamespace: string;
  workflowsNamespace: string;
  appsNamespace: string;
}

/** How a right was answered: `reason` is what the cluster said, `null` when it said nothing. */
export interface RightAnswer {
  allowed: boolean | null;
  reason: string | null;
}

/** Which rights an action needs: the requests that it sends, no more. */
export function rightsOf(action: ClusterAction, place: Namespaces): Right[] {
  const application = (verb: string): Right => ({
    verb,
    group: 'argoproj.io',
    resource: 'applications',
    namespace: place.argoNamespace,
  });
  const workflow = (verb: string): Right => ({
    verb,
    group: 'argoproj.io',
    resource: 'workflows',
    namespace: place.workflowsNamespace,
  });
  const core = (verb: string, resource: string, namespace: string, subresource?: string): Right => ({
    verb,
    group: '',
    resource,
    namespace,
    ...(subresource ? { subresource } : {}),
  });
  const everywhere = [...new Set([place.appsNamespace, place.workflowsNamespace])];
  switch (action) {
    case 'refresh':
      return [application('patch')];
    case 'sync':
    case 'terminate-sync':
      return [application('get'), application('patch')];
    case 'switch-automatic-sync':
      return [application('get'), application('patch')];
    case 'set-image':
      return ['get', 'patch'].map((verb) => ({
        verb,
        group: 'apps',
        resource: 'deployments',
        namespace: place.appsNamespace,
      }));
    case 'submit-workflow':
      return [workflow('create')];
    case 'stop-workflow':
      return [workflow('get'), workflow('patch')];
    case 'resume-workflow':
      return [workflow('get'), workflow('patch')];
    case 'retry-workflow':
      return [workflow('get'), workflow('patch'), core('delete', 'pods', place.workflowsNamespace)];
    case 'read-logs':
      return everywhere.map((namespace) => core('get', 'pods', namespace, 'log'));
    case 'read-events':
      return everywhere.map((namespace) => core('list', 'events', namespace));
  }
}

/** A right as one key, to ask for each once. */
export const rightKey = ({ verb, group, resource, subresource, namespace }: Right): string =>
  [verb, group, resource, subresource ?? '', namespace].join(' ');

/** A right as kubectl words it: `patch applications.argoproj.io in cluster-services`. */
const rightText = ({ verb, group, resource, subresource, namespace }: Right): string =>
  `${verb} ${resource}${subresource ? `/${subresource}` : ''}${group ? `.${group}` : ''} in ${namespace}`;

/** What the answers to an action's rights come to: one that is denied decides, then one that is not known. */
export function accessOf(
  action: ClusterAction,
  place: Namespaces,
  answer: (right: Right) => RightAnswer | undefined,
): ClusterAccess {
  const asked = rightsOf(action, place).map((right) => ({ right, answer: answer(right) }));
  const denied = asked.filter((one) => one.answer?.allowed === false);
  if (denied.length > 0) {
    const reasons = [...new Set(denied.flatMap((one) => one.answer?.reason || []))];
    const said = reasons.length > 0 ? ` (${reasons.join('; ')})` : '';
    return {
      action,
      state: 'denied',
      asked: true,
      why: `Your account does not have permission to ${denied.map((one) => rightText(one.right)).join(', ')}${said}.`,
    };
  }
  const open = asked.filter((one) => one.answer?.allowed !== true);
  const list = (rights: typeof asked): string => rights.map((one) => rightText(one.right)).join(', ');
  if (open.length === 0) return { action, state: 'allowed', why: `Granted: ${list(asked)}.`, asked: true };
  const because = open.map((one) => one.answer?.reason).find((reason) => reason);
  return {
    action,
    state: 'unknown',
    asked: asked.every((one) => one.answer !== undefined),
    why: `Not known${because ? '' : ' yet'} whether your account has permission to ${list(open)}${because ? `: ${because}` : '.'}`,
  };
}
