import type { BagPipelineView } from '../../shared/domain/bags/view';

const off = { on: false, why: 'It is off.', by: null, at: null };

/** A pipeline of bags of which nothing is known but its name and its last bag. */
export const bareBagPipeline = (pipeline: string): BagPipelineView => ({
  pipeline,
  kind: 'bags',
  services: [],
  commit: null,
  ledger: { state: 'live', asOf: '2026-03-01T12:00:00.000Z' },
  stages: [],
  lastBag: 19,
  servicePins: [],
  badVersions: [],
  autopilot: off,
  thisConsole: false,
  decisions: [],
  packing: off,
  problems: [],
});
