import type { ProcedureName, StreamMessageOf } from '../../shared/contract/contract';

/** One thing that changed, as the main process tells it. */
export type ChangeEvent = StreamMessageOf<'events'>[number];
type Topic = ChangeEvent['topic'];

/** Which procedures' answers depend on a topic. */
const reach: Record<Topic, readonly ProcedureName[]> = {
  session: ['session.get'],
  board: ['board.get', 'app.get', 'preview.get', 'preview.early'],
  app: ['app.get', 'app.deployments', 'candidates.list', 'change.get', 'preview.get', 'preview.early'],
  // An app shows its open operation, and a preview refuses while one runs; the feed shows outcomes.
  operation: [
    'operation.get',
    'operation.list',
    'app.get',
    'preview.get',
    'preview.early',
    'history.feed',
    'history.event',
    'deployment.timeline',
  ],
  rollout: ['rollout.get', 'application.get', 'rollout.failing-pod', 'deployment.timeline'],
  workflow: ['workflow.list', 'workflow.get', 'workflow.kept', 'workflow.recent', 'deployment.timeline'],
  timeline: ['deployment.timeline'],
  // A cluster that went away or came back changes how far everything of it can be relied on.
  cluster: [
    'cluster.status',
    'preview.early',
    'application.get',
    'rollout.get',
    'workflow.list',
    'workflow.recent',
    'deployment.timeline',
  ],
  consent: ['consent.list'],
  bags: [
    'bags.pipeline',
    'bags.list',
    'bags.get',
    'bags.compare',
    'bags.pack-preview',
    'bags.preview',
    'bags.periodic',
  ],
  history: [
    'board.get',
    'app.get',
    'app.deployments',
    'preview.get',
    'preview.early',
    'history.status',
    'history.names',
    'history.feed',
    'history.outline',
    'history.board',
    'history.version',
    'history.compare',
    'history.figures',
    'deployment.timeline',
  ],
  settings: ['settings.get', 'session.get'],
};

/** The field of each procedure's input that an event's key may narrow; without one every answer is meant. */
const narrowedBy: Partial<Record<ProcedureName, readonly string[]>> = {
  'app.get': ['app'],
  'app.deployments': ['app', 'environment'],
  'candidates.list': ['app'],
  'change.get': ['app'],
  'preview.get': ['app', 'environment'],
  'preview.early': ['app', 'environment'],
  'operation.get': ['operationId'],
  'rollout.get': ['app', 'environment'],
  'application.get': ['app', 'environment'],
  'rollout.failing-pod': ['app', 'environment'],
  'workflow.kept': ['app', 'environment'],
  'workflow.recent': ['app', 'environment'],
  'workflow.list': ['app', 'environment'],
  'cluster.status': ['environment'],
  'deployment.timeline': ['app', 'environment'],
  'bags.pipeline': ['pipeline'],
  'bags.list': ['pipeline'],
  'bags.get': ['pipeline'],
  'bags.compare': ['pipeline'],
  'bags.pack-preview': ['pipeline'],
  'bags.preview': ['pipeline'],
  'bags.periodic': ['pipeline'],
};

/** Topics whose key is the same kind of thing as the narrowed input (an operation's id says nothing about an app). */
const sameKind = (topic: Topic, procedure: ProcedureName): boolean =>
  topic === 'operation' ? procedure === 'operation.get' : true;

/**
 * Whether the answer under a query key may have changed by an event. Errs on the side of asking again: only a key
 * that surely speaks of something else is left alone.
 */
export function affects(event: ChangeEvent, queryKey: readonly unknown[]): boolean {
  const [name, input] = queryKey as [ProcedureName, Record<string, unknown> | undefined];
  if (!reach[event.topic]?.includes(name)) return false;
  const fields = narrowedBy[name];
  if (event.key === null || !fields || !sameKind(event.topic, name)) return true;
  // A key may be an app or an environment: what the input leaves open may be what the key names.
  return fields.some((field) => input?.[field] === undefined || input[field] === event.key);
}

/**
 * The apps whose cells changed by these events while the rest of the board did not; empty where the whole board is
 * asked again anyway.
 */
export function changedCells(events: readonly ChangeEvent[]): string[] {
  const board = ['board.get', {}];
  if (events.some((event) => affects(event, board))) return [];
  return [...new Set(events.flatMap(({ topic, key }) => (topic === 'app' && key !== null ? [key] : [])))];
}

/** The same events once each: a busy frame often says one thing many times. */
export function distinct(events: readonly ChangeEvent[]): ChangeEvent[] {
  const seen = new Map<string, ChangeEvent>();
  for (const event of events) seen.set(`${event.topic}\n${event.key ?? ''}`, event);
  return [...seen.values()];
}
