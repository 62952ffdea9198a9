import type { Found } from '../records/record-entry';
import { holderOf } from './decisions';
import { type BagChain, type ImageFacts, nextBag } from './next';
import type { PipelineRecords } from './pipeline-records';
import type { AutomaticSwitch } from './records';

/** Whether something is done by itself (what autopilots do, or packing), and who said so. */
export interface AutomaticState {
  on: boolean;
  why: string;
  /** Who switched it last; `null`: the estate file says so. */
  by: string | null;
  at: string | null;
}

/** What a switch says. @param where it counts, as it follows "switched on". */
const said = (found: Found<AutomaticSwitch>, where: string): AutomaticState =>
  found.ok
    ? {
        on: found.value.on,
        why: `Switched ${found.value.on ? 'on' : 'off'}${where && ` ${where}`} by ${found.value.by}${found.value.reason ? `: ${found.value.reason}` : '.'}`,
        by: found.value.by,
        at: found.value.at,
      }
    : {
        on: false,
        why: `Off: its switch can’t be read: ${found.failure.message}`,
        by: null,
        at: null,
      };

/** What the estate file says, where nobody has switched it. */
export const asConfigured = (on: boolean): AutomaticState => ({
  on,
  why: `Switched ${on ? 'on' : 'off'} by the estate file.`,
  by: null,
  at: null,
});

/**
 * Whether autopilots may act: off as soon as anybody switched them off, for the environment or altogether; a switch
 * that cannot be read counts as off.
 * @param configured what the estate file says for the environment.
 */
export function autopilotState(
  records: PipelineRecords,
  environment: string,
  configured: boolean,
): AutomaticState {
  const everywhere = records.autopilot && said(records.autopilot, 'for the whole pipeline');
  if (everywhere && !everywhere.on) return everywhere;
  const { autopilot } = records.environment(environment);
  if (autopilot) return said(autopilot, `in ${environment}`);
  return asConfigured(configured);
}

/**
 * Whether new images are packed by themselves; what cannot be read counts as off.
 * @param configured what the estate file says.
 */
export const packingState = ({ packing }: PipelineRecords, configured: boolean): AutomaticState =>
  packing ? said(packing, '') : asConfigured(configured);

/** What an autopilot does in an environment right now. */
export type AutopilotMove =
  | { action: 'deploy'; bag: number }
  /** `idle`: nothing keeps it, there is nothing to do. */
  | { action: 'wait'; why: string; idle?: true };

/** Deploys what is next while nothing failed, is pinned otherwise, locked or switched off. */
export function autopilotMove(
  records: PipelineRecords,
  chain: BagChain,
  environment: string,
  configured: boolean,
  images: ImageFacts,
): AutopilotMove {
  const state = autopilotState(records, environment, configured);
  if (!state.on) return { action: 'wait', why: state.why };
  const holder = holderOf(records, environment);
  if (!holder.ok) return { action: 'wait', why: holder.failure.message };
  if (holder.value) return { action: 'wait', why: `Locked by ${holder.value.by}.` };
  const { lock } = records.environment(environment);
  if (lock?.ok && lock.newer) return { action: 'wait', why: lock.newer.message };
  const next = nextBag(records, chain, environment, 'automatic', images);
  if (next.state === 'nothing') return { action: 'wait', why: next.why, idle: true };
  if (next.state !== 'deploy') return { action: 'wait', why: next.why };
  return { action: 'deploy', bag: next.bag };
}
