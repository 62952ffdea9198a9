import { heldText, holderOf, isOwnByHand } from '../../shared/domain/bags/decisions';
import type { LedgerCell } from '../../shared/domain/board/board-assembly';
import type { EmergencyDebt } from '../../shared/domain/emergency/debt';
import type { Estate } from '../../shared/domain/estate/estate';
import type { Failure } from '../../shared/domain/failure/failure';
import { type Freeze, freezeFolder } from '../../shared/domain/freeze/freeze';
import { claimsOn, type FlagClaim } from '../../shared/domain/hold/flag-claims';
import { shutGate } from '../../shared/domain/hold/hold-plan';
import { type HoldRecord, holdFolder } from '../../shared/domain/hold/hold-record';
import { type ImageTagLayout, imageTagLayout } from '../../shared/domain/ledger/layout';
import type { LedgerFacts } from '../../shared/domain/preflight/preflight-facts';
import { frozenNow } from '../../shared/domain/preflight/preflight-freeze';
import { type Found, newerIn, readEntry } from '../../shared/domain/records/record-entry';
import { recordPath, recordPlace } from '../../shared/domain/records/record-paths';
import { bagRecords } from '../ledger/bag-records';
import type { Identity, LedgerFile, Snapshot } from '../ledger/ledger';
import { imageTagFileOf } from '../ledger/ledger-board';
import { marksOfVersion, notesFor } from './marks-and-notes';

/** What a snapshot says about all cells. */
export interface LedgerView {
  /** By environment, then app. */
  files: ReadonlyMap<string, ReadonlyMap<string, LedgerCell>>;
  problems: readonly Failure[];
}

const isHold = (path: string): boolean => recordPlace(path)?.kind === 'hold';

type FoundHold = Found<HoldRecord>;

/** Where records of emergency rollbacks lie. */
const emergencyFolder = '.signalbox/emergencies/';

/** Reads image-tag files and holds out of snapshots; what did not change is not parsed again. */
export interface LedgerReader {
  readonly layout: ImageTagLayout;
  view(snapshot: Snapshot): LedgerView;
  hold(snapshot: Snapshot, app: string, environment: string): FoundHold | null;
  /** Readable holds of the app in every environment. */
  holds(snapshot: Snapshot, app: string): HoldRecord[];
  /** Whatever wants flags of the app's files off: holds and freezes. */
  claims(snapshot: Snapshot, app: string): readonly FlagClaim[];
  /** Every freeze that there is, whatever its time; one that can't be read may be in force anywhere. */
  freezes(snapshot: Snapshot): readonly Found<Freeze>[];
  emergency(snapshot: Snapshot, app: string, environment: string): Found<EmergencyDebt> | null;
  /** Emergency rollbacks that the release repo tells of; what can't be read is among the view's problems. */
  emergencies(snapshot: Snapshot): EmergencyDebt[];
  /**
   * What preflight needs of a snapshot.
   * @param before the environment before, `null` for the first.
   * @param version the wanted one, for its bad marks; left out: none is.
   */
  facts(
    snapshot: Snapshot,
    app: string,
    environment: string,
    before: string | null,
    version?: string | null,
  ): LedgerFacts;
}

const badData = (path: string, reason: string, line?: number): Failure => ({
  code: 'bad-data',
  message: `${path}${line === undefined ? '' : `:${line}`}: ${reason}`,
  meaning: 'Signalbox can’t rely on this file. Other files are not affected.',
  next: [{ do: 'advice', label: 'Correct the file in the release repo.' }],
  place: line === undefined ? { path } : { path, line },
});

function readCell(file: LedgerFile): LedgerCell {
  const read = imageTagFileOf(file);
  const problem = read.problems[0];
  return {
    version: read.imageTag,
    automaticDeploys: read.automaticDeploys,
    promote: read.promote,
    problem: problem ? badData(file.path, problem.reason, problem.line) : null,
  };
}

/** The pipelines of apps that go through an environment, and those whose bags hold the app. */
const pipelinesOf = (estate: Estate, app: string, environment: string) =>
  estate.pipelines.filter(
    (one) =>
      one.environments.includes(environment) &&
      (one.kind === 'apps' || (one.kind === 'bags' && one.services.includes(app))),
  );

/**
 * Locks that keep this person from deploying an app to an environment: of the pipelines of apps that go through it, and
 * of the pipelines whose bags hold the app.
 */
function locksOf(
  estate: Estate,
  snapshot: Snapshot,
  app: string,
  environment: string,
  { name, email }: Identity,
): LedgerFacts['locks'] {
  return pipelinesOf(estate, app, environment).flatMap(({ name: pipeline }) => {
    const holder = holderOf(bagRecords(snapshot, pipeline), environment);
    if (!holder.ok) return [{ pipeline, text: holder.failure.message }];
    const held = holder.value;
    if (!held || isOwnByHand(held, { by: name, email })) return [];
    return [{ pipeline, text: heldText(environment, held), by: held.by }];
  });
}

/** A reader for the layout of an estate (`ledger.imageTagPath`) and its environments. @param identity who would deploy */
export function ledgerReader(
  estate: Estate,
  identity: () => Identity,
  now: () => Date = () => new Date(),
): LedgerReader {
  const layout = imageTagLayout(estate.ledger.imageTagPath);
  const prefix = layout.template.slice(0, layout.template.indexOf('{'));
  const cells = new WeakMap<LedgerFile, LedgerCell>();
  const holdRecords = new WeakMap<LedgerFile, FoundHold>();
  const views = new WeakMap<Snapshot, LedgerView>();

  const cellOf = (file: LedgerFile): LedgerCell => {
    const known = cells.get(file);
    if (known) return known;
    const cell = readCell(file);
    cells.set(file, cell);
    return cell;
  };

  const holdIn = (file: LedgerFile): FoundHold => {
    let hold = holdRecords.get(file);
    if (!hold) {
      const found = readEntry(file.path, file.text)?.found;
      hold = found
        ? (found as FoundHold)
        : { ok: false, failure: badData(file.path, 'This path is not a hold’s path.') };
      holdRecords.set(file, hold);
    }
    return hold;
  };

  function build(snapshot: Snapshot): LedgerView {
    const files = new Map<string, Map<string, LedgerCell>>(
      estate.environments.map(({ name }) => [name, new Map()]),
    );
    const problems: Failure[] = snapshot.problems.map((one) => badData(one.path, one.reason, one.line));
    for (const found of snapshot.list(prefix)) {
      const place = layout.match(found);
      const apps = place && files.get(place.environment);
      const file = apps && snapshot.file(found);
      if (!place || !apps || !file) continue;
      const cell = cellOf(file);
      apps.set(place.app, cell);
      if (cell.problem) problems.push(cell.problem);
    }
    for (const found of snapshot.list(holdFolder)) {
      const freeze = freezeIn(snapshot, found);
      if (freeze?.ok === false) problems.push(freeze.failure);
      else if (freeze?.newer) problems.push(freeze.newer);
      if (freeze) continue;
      const file = snapshot.file(found);
      const hold = file && holdIn(file);
      if (hold?.ok === false) problems.push(hold.failure);
      else if (hold?.newer) problems.push(hold.newer);
    }
    for (const one of emergencyFiles(snapshot)) {
      if (!one.ok) problems.push(one.failure);
      else if (one.newer) problems.push(one.newer);
    }
    return { files, problems };
  }

  function hold(snapshot: Snapshot, app: string, environment: string): FoundHold | null {
    const file = snapshot.file(recordPath('hold', { environment, app }));
    return file ? holdIn(file) : null;
  }

  const holds = (snapshot: Snapshot, app: string): HoldRecord[] =>
    snapshot
      .list(holdFolder)
      .filter((found) => found.endsWith(`/${app}.yaml`) && isHold(found))
      .flatMap((found) => {
        const file = snapshot.file(found);
        const one = file && holdIn(file);
        return one?.ok ? [one.value] : [];
      });

  const freezeRecords = new WeakMap<LedgerFile, Found<Freeze>>();
  /** The freeze that a file is; `null`: it is none. */
  function freezeIn(snapshot: Snapshot, path: string): Found<Freeze> | null {
    if (recordPlace(path)?.kind !== 'freeze') return null;
    const file = snapshot.file(path);
    if (!file) return null;
    const known = freezeRecords.get(file);
    if (known) return known;
    const found = (readEntry(path, file.text)?.found ?? null) as Found<Freeze> | null;
    if (found) freezeRecords.set(file, found);
    return found;
  }
  const freezesAt = new WeakMap<Snapshot, readonly Found<Freeze>[]>();
  function freezes(snapshot: Snapshot): readonly Found<Freeze>[] {
    const known = freezesAt.get(snapshot);
    if (known) return known;
    const found = snapshot.list(freezeFolder).flatMap((path) => freezeIn(snapshot, path) ?? []);
    freezesAt.set(snapshot, found);
    return found;
  }

  const claims = (snapshot: Snapshot, app: string): readonly FlagClaim[] =>
    claimsOn(
      app,
      holds(snapshot, app),
      freezes(snapshot).flatMap((one) => (one.ok ? [one.value] : [])),
    );

  const emergencyRecords = new WeakMap<LedgerFile, Found<EmergencyDebt> | null>();
  function emergencyIn(file: LedgerFile): Found<EmergencyDebt> | null {
    const known = emergencyRecords.get(file);
    if (known !== undefined) return known;
    const entry = readEntry(file.path, file.text);
    const found = entry?.place.kind === 'emergency' ? (entry.found as Found<EmergencyDebt>) : null;
    emergencyRecords.set(file, found);
    return found;
  }
  const emergencyFiles = (snapshot: Snapshot): Found<EmergencyDebt>[] =>
    snapshot.list(emergencyFolder).flatMap((path) => {
      const file = snapshot.file(path);
      return (file && emergencyIn(file)) ?? [];
    });

  return {
    layout,
    view: (snapshot) => {
      const known = views.get(snapshot);
      if (known) return known;
      const view = build(snapshot);
      views.set(snapshot, view);
      return view;
    },
    hold,
    holds,
    freezes,
    claims,
    emergency: (snapshot, app, environment) => {
      const file = snapshot.file(recordPath('emergency', { environment, app }));
      return file ? emergencyIn(file) : null;
    },
    emergencies: (snapshot) => emergencyFiles(snapshot).flatMap((one) => (one.ok ? [one.value] : [])),
    facts: (snapshot, app, environment, before, version = null) => {
      const file = snapshot.file(layout.path({ environment, app }));
      const cell = file && cellOf(file);
      const found = hold(snapshot, app, environment);
      const fileBefore =
        before === null ? undefined : snapshot.file(layout.path({ environment: before, app }));
      return {
        commit: snapshot.commit,
        exists: cell !== undefined,
        version: cell?.version ?? null,
        automaticDeploys: cell?.automaticDeploys ?? null,
        problem: cell?.problem ?? null,
        hold: found?.ok ? found.value : null,
        holdProblem: found?.ok === false ? found.failure.message : null,
        holdNewer: found && newerIn(found),
        gate: shutGate(
          before,
          // The one environment that is asked for is the one before.
          () => fileBefore && cellOf(fileBefore).automaticDeploys,
          claims(snapshot, app),
        ),
        frozen: frozenNow(
          freezes(snapshot),
          {
            environment,
            pipelines: pipelinesOf(estate, app, environment).map((one) => one.name),
            apps: [app],
          },
          now(),
        ),
        locks: locksOf(estate, snapshot, app, environment, identity()),
        versionBefore: fileBefore ? cellOf(fileBefore).version : null,
        marks: version === null ? [] : marksOfVersion(estate, snapshot, app, version),
        ...notesFor(snapshot, app),
      };
    },
  };
}
