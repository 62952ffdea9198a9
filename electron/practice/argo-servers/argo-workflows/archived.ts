import { selectsLabels } from '../../../../shared/domain/go/label-selector';
import type { NewObject } from '../../cluster/stored-objects';
import type { Workflow } from '../../controllers/kubernetes-shapes';
import { answer, type Exchange, GatewayError } from '../gateway';
import type { Backend } from './backend';
import { retry } from './changes';
import { asListed, demand, make } from './workflows';

/** The archived one of a request. @throws GatewayError NotFound. */
function found(backend: Backend, exchange: Exchange): Workflow {
  const workflow = backend.archive.byUid(exchange.path.uid ?? '');
  if (!workflow) throw new GatewayError('NotFound', 'not found');
  return workflow;
}

/** Where it is made anew: the body names it (`ResubmitArchivedWorkflow`, `RetryArchivedWorkflow`). */
function target({ body }: Exchange): { namespace: string; parameters: readonly string[] } {
  const { namespace = '', parameters = [] } = (body ?? {}) as { namespace?: string; parameters?: string[] };
  if (namespace === '')
    throw new GatewayError('Internal', 'an empty namespace may not be set during creation');
  return { namespace, parameters };
}

/** `GET /api/v1/archived-workflows`. */
export function listArchived(backend: Backend, exchange: Exchange): void {
  demand(backend, exchange, 'list');
  const { query, response } = exchange;
  const selector = query.get('listOptions.labelSelector') || undefined;
  const limit = Number(query.get('listOptions.limit') || '0');
  const offset = Number(query.get('listOptions.continue') || '0');
  const namespace = query.get('namespace');
  const all = backend.archive
    .list()
    .filter(
      ({ metadata }) =>
        (!namespace || metadata.namespace === namespace) && selectsLabels(selector, metadata.labels),
    );
  const page = limit > 0 ? all.slice(offset, offset + limit) : all.slice(offset);
  const more = offset + page.length < all.length;
  answer(response, {
    metadata: more ? { continue: String(offset + page.length) } : {},
    items: page.length === 0 ? null : page.map(asListed),
  });
}

/** `GET /api/v1/archived-workflows/{uid}`. */
export function getArchived(backend: Backend, exchange: Exchange): void {
  demand(backend, exchange, 'get');
  answer(exchange.response, found(backend, exchange));
}

/** `PUT /api/v1/archived-workflows/{uid}/resubmit`: a new one with the same spec (`util.FormulateResubmitWorkflow`). */
export function resubmitArchived(backend: Backend, exchange: Exchange): void {
  demand(backend, exchange, 'create');
  const { metadata, spec } = found(backend, exchange);
  const { namespace } = target(exchange);
  const { name } = metadata;
  const kept = Object.entries(metadata.labels ?? {}).filter(
    ([label]) => !label.startsWith('workflows.argoproj.io/'),
  );
  const labels = {
    ...Object.fromEntries(kept),
    'workflows.argoproj.io/resubmitted-from-workflow': name,
  };
  const workflow = { metadata: { generateName: `${name}-`, labels }, spec } as unknown as NewObject<Workflow>;
  make(backend, { ...exchange, path: { namespace } }, workflow);
}

/** `PUT /api/v1/archived-workflows/{uid}/retry`: the same one, back in the cluster and reset. */
export function retryArchived(backend: Backend, exchange: Exchange): void {
  demand(backend, exchange, 'create');
  const workflow = structuredClone(found(backend, exchange));
  const { namespace, parameters } = target(exchange);
  const { name, labels } = workflow.metadata;
  if (backend.store.get('Workflow', namespace, name))
    throw new GatewayError(
      'AlreadyExists',
      'Workflow already exists on cluster, use argo retry {name} instead',
    );
  retry(workflow, parameters, `${backend.now().toISOString().slice(0, 19)}Z`);
  const { apiVersion, kind, spec, status } = workflow;
  const made = {
    apiVersion,
    kind,
    metadata: { name, namespace, labels: workflow.metadata.labels ?? labels },
    spec,
    status,
  };
  answer(
    exchange.response,
    backend.store.create<Workflow>('Workflow', made as unknown as NewObject<Workflow>),
  );
}
