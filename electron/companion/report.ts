import type { OutputOf } from '../../shared/contract/contract';
import type { Board, Cell } from '../../shared/domain/board/board';
import type { Failure } from '../../shared/domain/failure/failure';
import type { HistoryEvent } from '../../shared/domain/history/history-event';
import { titleOf } from '../../shared/domain/operation/intent';
import type { Operation } from '../../shared/domain/operation/operation';
import type { Finding } from '../../shared/domain/preflight/finding';

/** One app in one environment, as scripts read it. Unknown is `null`. */
function cellReport({ app, environment, ledger, running, health, stage, hold, deployed, operation }: Cell) {
  const runs = [...new Set((running?.versions ?? []).map(({ version }) => version))];
  return {
    app,
    environment,
    /** What Git wants. */
    version: ledger?.version ?? null,
    /** What serves, by what the cluster shows; several while a rollout is under way; empty: not seen. */
    running: runs,
    health,
    stage: stage?.state ?? null,
    hold: hold === null ? null : { state: hold.state, by: hold.by, reason: hold.reason },
    deployedAt: deployed?.at ?? null,
    operationId: operation?.id ?? null,
    problem: ledger?.problem?.message ?? null,
  };
}

/** An operation as scripts read it. */
const shortOperation = (operation: Operation) => ({
  id: operation.id,
  title: titleOf(operation.intent),
  kind: operation.intent.kind,
  state: operation.state,
  actor: operation.actor,
  requestedAt: operation.requestedAt,
  finishedAt: operation.finishedAt,
  commit: operation.commit,
  steps: operation.steps.map(({ name, state, waitingFor }) => ({ name, state, waitingFor })),
  failure: operation.failure,
});

/** The document of `status`. */
export function boardReport(
  session: OutputOf<'session.get'>,
  board: Board,
  open: readonly Operation[],
  only: { app: string | null; environment: string | null },
) {
  const isMeant = (one: { app: string; environment: string }): boolean =>
    (only.app === null || one.app === only.app) &&
    (only.environment === null || one.environment === only.environment);
  return {
    estate: session.estate,
    mode: session.mode,
    readOnlyBecause: session.readOnlyBecause,
    notices: session.notices,
    releaseRepo: { commit: board.commit, committedAt: board.committedAt, state: board.ledger.state },
    environments: board.environments
      .filter(({ name }) => only.environment === null || name === only.environment)
      .map(({ name, tier, cluster, lock }) => ({
        name,
        tier,
        cluster: cluster.state,
        lock: lock && {
          by: lock.by,
          since: lock.at,
          reason: lock.reason,
          until: lock.until,
          mine: lock.mine,
        },
      })),
    cells: board.cells.filter(isMeant).map(cellReport),
    problems: board.problems.map(({ message }) => message),
    operations: open.map(shortOperation),
  };
}

/** {@link boardReport} for people. */
export function statusLines(report: ReturnType<typeof boardReport>): string[] {
  const { estate, releaseRepo, cells, environments, operations } = report;
  const wide = Math.max(...cells.map(({ app }) => app.length), 0);
  const far = Math.max(...environments.map(({ name }) => name.length), 0);
  return [
    `${estate} · release repo ${releaseRepo.state}, ${releaseRepo.commit?.slice(0, 10) ?? 'no commit'}`,
    ...report.notices,
    ...environments.flatMap(({ name, cluster, lock }) => [
      ...(cluster === 'unreachable' ? [`${name}: cluster unreachable`] : []),
      ...(lock ? [`${name}: locked by ${lock.by}: ${lock.reason}`] : []),
    ]),
    ...report.problems,
    ...cells.map((cell) =>
      [
        cell.app.padEnd(wide),
        cell.environment.padEnd(far),
        cell.version ?? 'not known',
        ...(cell.running.length > 0 && cell.running.join() !== cell.version
          ? [`(runs ${cell.running.map((one) => one ?? 'unknown').join(', ')})`]
          : []),
        cell.health ?? 'health not known',
        ...(cell.hold ? [`held: ${cell.hold.reason ?? cell.hold.state}`] : []),
      ].join('  '),
    ),
    ...operations.flatMap((one) => [
      `running: ${one.title} (${one.id})`,
      ...one.steps
        .filter(({ state }) => state === 'running')
        .map(({ name, waitingFor }) => `  ${name}: ${waitingFor ?? ''}`),
    ]),
  ];
}

/** What became of an operation, for scripts and for people. */
export function operationReport(operation: Operation) {
  const { state, commit, failure, id } = operation;
  const title = titleOf(operation.intent);
  const lines =
    state === 'succeeded'
      ? [`${title}: done`]
      : state === 'running'
        ? [
            `${title}: still running (${id})`,
            'signalbox status tells how it goes; what is left is carried on.',
          ]
        : [`${title}: ${state}`, ...(failure ? failureLines(failure) : [])];
  return {
    operation: shortOperation(operation),
    lines: commit === null ? lines : [...lines, `Commit ${commit.slice(0, 10)}`],
  };
}

export const failureLines = ({ message, meaning, place, next, detail }: Failure): string[] =>
  [message, place?.path, meaning, ...next.map(({ label }) => label), detail].filter(
    (line): line is string => line !== undefined && line !== '',
  );

const levels: Record<Finding['level'], string> = {
  block: 'Blocked',
  warn: 'Warning',
  unknown: 'Not known',
  info: 'Info',
  pass: 'OK',
};

/** What the checks found, the code first by which it is overridden. */
export const findingLines = (findings: readonly Finding[]): string[] =>
  findings.map(({ level, code, message }) => `  ${levels[level].padEnd(9)}  ${code}: ${message}`);

export function historyLines(events: readonly HistoryEvent[], complete: boolean): string[] {
  return [
    ...(complete ? [] : ['The history is still being read: what follows may lack events.']),
    ...events.map((event) =>
      [
        event.at,
        event.type === 'deployment' ? event.kind : event.type,
        event.app,
        event.environment,
        event.type === 'deployment' ? event.to : (event.version ?? ''),
        event.author,
        event.reason ?? '',
      ]
        .filter((word) => word !== '')
        .join('  '),
    ),
  ];
}
