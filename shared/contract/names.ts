import type { ProcedureName, StreamName } from './contract';

/**
 * The names alone, without the schemas, so that the sandboxed preload stays a few hundred bytes. The types hold the
 * two lists complete: a name that is missing here, or too many, does not compile.
 */
const everyProcedure: Record<ProcedureName, true> = {
  'session.get': true,
  'board.get': true,
  'board.cells': true,
  'app.get': true,
  'app.deployments': true,
  'change.get': true,
  'candidates.list': true,
  'preview.get': true,
  'preview.early': true,
  'deployment.timeline': true,
  'workflow.recent': true,
  'operation.start': true,
  'operation.get': true,
  'operation.list': true,
  'operation.cancel': true,
  'rollout.get': true,
  'workflow.list': true,
  'workflow.get': true,
  'application.get': true,
  'application.nudge': true,
  'application.refresh': true,
  'application.sync': true,
  'application.terminate': true,
  'rollout.failing-pod': true,
  'workflow.kept': true,
  'workflow.resubmit': true,
  'workflow.retry': true,
  'workflow.stop': true,
  'workflow.terminate': true,
  'workflow.suspend': true,
  'workflow.resume': true,
  'act.list': true,
  'cluster.status': true,
  'consent.list': true,
  'consent.allow': true,
  'consent.withdraw': true,
  'history.status': true,
  'history.retry': true,
  'history.names': true,
  'history.feed': true,
  'history.outline': true,
  'history.event': true,
  'history.board': true,
  'history.version': true,
  'history.compare': true,
  'history.figures': true,
  'logs.join': true,
  'logs.view': true,
  'logs.window': true,
  'logs.seek': true,
  'logs.locate': true,
  'logs.line': true,
  'logs.text': true,
  'logs.save': true,
  'settings.get': true,
  'settings.set': true,
  'credentials.get': true,
  'credentials.set': true,
  'credentials.test': true,
  'shell.open-external': true,
  'practice.act': true,
  'bags.pipelines': true,
  'bags.pipeline': true,
  'bags.list': true,
  'bags.get': true,
  'bags.compare': true,
  'bags.pack-preview': true,
  'bags.preview': true,
  'bags.periodic': true,
  'bags.this-console': true,
};
const everyStream: Record<StreamName, true> = { events: true, logs: true, export: true };

export const procedureNames = Object.keys(everyProcedure) as ProcedureName[];
export const streamNames = Object.keys(everyStream) as StreamName[];

/** The IPC channel of a procedure. */
export const callChannel = (name: ProcedureName): string => `signalbox:call:${name}`;
/** The IPC channel on which a stream's MessagePort is handed over. */
export const openChannel = (name: StreamName): string => `signalbox:open:${name}`;
