import { type OperationRecord, operationFolder } from '../../shared/domain/attribution/operation-record';
import { environmentBefore } from '../../shared/domain/estate/chain';
import { carrierTemplates, isUnfinished, mayPromote } from '../../shared/domain/hold/hold-state';
import { shortVersion } from '../../shared/domain/ledger/version';
import { type AppIntent, isAppIntent, titleOf } from '../../shared/domain/operation/intent';
import type { OnItsWay } from '../../shared/domain/preflight/preflight-facts';
import { utcText } from '../../shared/domain/text/utc-text';
import type { Workflow } from '../../shared/domain/workflows/workflow';
import { recordsIn } from '../ledger/entry-of-file';
import type { Snapshot } from '../ledger/ledger';
import type { World } from './world';

/** Milliseconds for which an operation of another console that says no more counts as on its way. */
const begunLasts = 6 * 60 * 60_000;

/** Records of operations by snapshot: a new one is read once, however many apps ask. */
const begun = new WeakMap<Snapshot, readonly OperationRecord[]>();

/** Operations of consoles whose commit others make, and of which no end is written. */
function begunRecords(snapshot: Snapshot): readonly OperationRecord[] {
  const known = begun.get(snapshot);
  if (known) return known;
  const found = recordsIn(snapshot, 'operation', operationFolder).flatMap((one) =>
    one.found.ok && one.found.value.state === 'begun' ? [one.found.value] : [],
  );
  begun.set(snapshot, found);
  return found;
}

/** The version that a workflow of the release templates is about. */
const versionOf = ({ labels, parameters }: Workflow): string | null =>
  labels.imageTag ?? parameters?.find(({ name }) => name === 'imageTag')?.value ?? null;

/**
 * What else of the app moves along its chain: this console's operations, what the clusters' workflows bring or will
 * promote, and what other consoles wrote down. Not what runs in the intent's own cell, which is another check.
 * @param except the operation that asks.
 */
export function onItsWay(world: World, intent: AppIntent, except: string | null): OnItsWay[] {
  const { app, environment } = intent;
  const before = environmentBefore(world.estate, environment);
  const own = world.open().flatMap((one): OnItsWay[] => {
    const { intent: other, id } = one;
    if (id === except || !isAppIntent(other) || other.app !== app || other.environment === environment)
      return [];
    if (!('version' in other) || other.kind === 'nudge') return [];
    return [
      {
        environment: other.environment,
        what: `This console is busy: ${titleOf({ ...other, version: shortVersion(other.version) })}`,
        evidence: `Operation ${id}.`,
        version: other.version,
        into: false,
      },
    ];
  });
  const mine = new Set(world.open().map(({ id }) => id));
  const since = world.now().getTime() - begunLasts;
  const others = begunRecords(world.ledger.snapshot()).flatMap((one): OnItsWay[] => {
    if (one.app !== app || mine.has(one.operation) || Date.parse(one.at) < since) return [];
    const verb = one.kind === 'rollback' ? 'rolls back' : one.kind === 'promote' ? 'promotes' : 'deploys';
    return [
      {
        environment: one.environment,
        what: `${one.by} ${verb} ${shortVersion(one.imageTag)}`,
        evidence: `Begun ${utcText(one.at)}, by another console.`,
        version: one.imageTag,
        into: one.environment === environment,
      },
    ];
  });
  const workflows = [...world.clusters.values()].flatMap(({ view }): OnItsWay[] =>
    view.workflows({ app }).flatMap((workflow): OnItsWay[] => {
      const brings = carrierTemplates.some((one) => one === workflow.template) && isUnfinished(workflow);
      const promotes = mayPromote(workflow);
      const here = view.environment === environment;
      // What tests the version here goes on to the next environment, which is no concern of this one.
      if (!(brings || promotes) || (here && promotes)) return [];
      const version = versionOf(workflow);
      const named = version === null ? 'a version' : shortVersion(version);
      return [
        {
          environment: view.environment,
          what: brings ? `A workflow deploys ${named}` : `Tests of ${named} run, which may promote it`,
          evidence: `Workflow ${workflow.name}.`,
          version,
          into: here || (promotes && view.environment === before),
        },
      ];
    }),
  );
  return [...own, ...others, ...workflows];
}
