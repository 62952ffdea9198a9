import type { Failure } from '../failure/failure';
import type { Mark } from '../marks/mark';
import type { Found, RecordEntry } from '../records/record-entry';
import type {
  AutomaticSwitch,
  BadBag,
  BadVersion,
  Bag,
  BagDeployment,
  Cutoff,
  Lock,
  Pass,
  Pin,
  ServicePin,
} from './records';

/** A bag's record of some kind; the bag's number is known from the path also where the file cannot be read. */
export interface OfBag<T> {
  bag: number;
  found: Found<T>;
}

/** What the ledger says of one environment of a pipeline. */
export interface EnvironmentRecords {
  readonly passes: readonly OfBag<Pass>[];
  /** In the order of their tokens, the last one last; unreadable ones first. */
  readonly deployments: readonly OfBag<BagDeployment>[];
  readonly pin: Found<Pin> | null;
  readonly cutoff: Found<Cutoff> | null;
  readonly bad: ReadonlyMap<number, Found<BadBag>>;
  readonly lock: Found<Lock> | null;
  readonly autopilot: Found<AutomaticSwitch> | null;
}

/** All that the ledger says of one pipeline at one commit. */
export interface PipelineRecords {
  readonly pipeline: string;
  readonly bags: ReadonlyMap<number, Found<Bag>>;
  environment(name: string): EnvironmentRecords;
  readonly servicePins: ReadonlyMap<string, Found<ServicePin>>;
  /** By service, then version. */
  readonly badVersions: ReadonlyMap<string, ReadonlyMap<string, Found<BadVersion>>>;
  /** Versions that are marked bad for everywhere, by app, then version. */
  readonly marks: ReadonlyMap<string, ReadonlyMap<string, Found<Mark>>>;
  /** The switch for the whole pipeline. */
  readonly autopilot: Found<AutomaticSwitch> | null;
  /** The switch of automatic packing. */
  readonly packing: Found<AutomaticSwitch> | null;
  /** Every file that cannot be read, or that a newer Signalbox wrote. */
  readonly problems: readonly Failure[];
}

interface Gathering {
  passes: OfBag<Pass>[];
  deployments: OfBag<BagDeployment>[];
  pin: Found<Pin> | null;
  cutoff: Found<Cutoff> | null;
  bad: Map<number, Found<BadBag>>;
  lock: Found<Lock> | null;
  autopilot: Found<AutomaticSwitch> | null;
}
const empty = (): Gathering => ({
  passes: [],
  deployments: [],
  pin: null,
  cutoff: null,
  bad: new Map(),
  lock: null,
  autopilot: null,
});

const tokenOf = ({ found }: OfBag<BagDeployment>): number => (found.ok ? found.value.token : 0);

/** A newer Signalbox in the team writes many files: they are told together. */
const together = (pipeline: string, newer: readonly Failure[]): Failure[] => {
  const [first] = newer;
  if (!first || newer.length === 1) return [...newer];
  return [
    {
      ...first,
      message: `${newer.length} records of ${pipeline} were written by a newer Signalbox; update to change them.`,
      meaning: 'This Signalbox shows what it understands of them and leaves them as they are.',
    },
  ];
};

/** Puts the records of one pipeline in order, with the marks of versions. Entries of other pipelines are left out. */
export function gatherRecords(pipeline: string, entries: Iterable<RecordEntry>): PipelineRecords {
  const bags = new Map<number, Found<Bag>>();
  const environments = new Map<string, Gathering>();
  const servicePins = new Map<string, Found<ServicePin>>();
  const badVersions = new Map<string, Map<string, Found<BadVersion>>>();
  const marks = new Map<string, Map<string, Found<Mark>>>();
  const problems: Failure[] = [];
  const newer: Failure[] = [];
  let everywhere: Found<AutomaticSwitch> | null = null;
  let packing: Found<AutomaticSwitch> | null = null;
  const of = (name = ''): Gathering => {
    const known = environments.get(name) ?? empty();
    environments.set(name, known);
    return known;
  };
  for (const { place, found } of entries) {
    if (place.kind === 'mark') {
      const { app = '', imageTag = '' } = place.fields;
      const ofApp = marks.get(app) ?? new Map<string, Found<Mark>>();
      marks.set(app, ofApp.set(imageTag, found as Found<Mark>));
    }
    if (place.pipeline !== pipeline) continue;
    const { environment, service = '', imageTag = '' } = place.fields;
    const bag = Number(place.fields.bag);
    if (!found.ok) problems.push(found.failure);
    else if (found.newer) newer.push(found.newer);
    switch (place.kind) {
      case 'bag':
        bags.set(bag, found as Found<Bag>);
        break;
      case 'pass':
        of(environment).passes.push({ bag, found: found as Found<Pass> });
        break;
      case 'deployment':
        of(environment).deployments.push({ bag, found: found as Found<BagDeployment> });
        break;
      case 'pin':
        of(environment).pin = found as Found<Pin>;
        break;
      case 'cutoff':
        of(environment).cutoff = found as Found<Cutoff>;
        break;
      case 'bad-bag':
        of(environment).bad.set(bag, found as Found<BadBag>);
        break;
      case 'lock':
        of(environment).lock = found as Found<Lock>;
        break;
      case 'autopilot':
        of(environment).autopilot = found as Found<AutomaticSwitch>;
        break;
      case 'autopilot-everywhere':
        everywhere = found as Found<AutomaticSwitch>;
        break;
      case 'automatic-packing':
        packing = found as Found<AutomaticSwitch>;
        break;
      case 'service-pin':
        servicePins.set(service, found as Found<ServicePin>);
        break;
      case 'bad-version': {
        const versions = badVersions.get(service) ?? new Map<string, Found<BadVersion>>();
        badVersions.set(service, versions.set(imageTag, found as Found<BadVersion>));
        break;
      }
    }
  }
  for (const one of environments.values()) one.deployments.sort((a, b) => tokenOf(a) - tokenOf(b));
  const none = empty();
  return {
    pipeline,
    bags,
    environment: (name) => environments.get(name) ?? none,
    servicePins,
    badVersions,
    marks,
    autopilot: everywhere,
    packing,
    problems: [...problems, ...together(pipeline, newer)],
  };
}

/** The deployment that was started last in an environment: what runs there, failed and unknown ones included. */
export function lastStarted(records: PipelineRecords, environment: string): BagDeployment | null {
  const found = records.environment(environment).deployments.at(-1)?.found;
  return found?.ok ? found.value : null;
}

/** The highest sequence number in use; 0 where there is no bag. Unreadable ones count: numbers are never used twice. */
export const lastBag = (records: PipelineRecords): number => Math.max(0, ...records.bags.keys());

/**
 * What of a bag is marked bad for everywhere: the mark of a version counts in every bag that has it, also where its record
 * can't be read.
 */
export function markedIn(
  records: PipelineRecords,
  bag: number,
): { service: string; version: string; mark: Found<Mark> }[] {
  const found = records.bags.get(bag);
  if (!found?.ok || records.marks.size === 0) return [];
  return Object.entries(found.value.services).flatMap(([service, { version }]) => {
    const mark = records.marks.get(service)?.get(version);
    return mark ? [{ service, version, mark }] : [];
  });
}

/** {@link markedIn} as what is said after "Bag 3"; `null`: nothing of it is marked. */
export function markedText(records: PipelineRecords, bag: number): string | null {
  const [first, ...others] = markedIn(records, bag);
  if (!first) return null;
  const { service, version, mark } = first;
  const who = mark.ok ? `${mark.value.by} marked bad: ${mark.value.reason}` : 'has an unreadable bad mark';
  const more = others.length > 0 ? ` (and ${others.map((one) => one.service).join(', ')})` : '';
  return `includes ${service} ${version}${more}, which ${who}`;
}
