/**
 * Who started a deployment whose commit a bot made. A claim says "this commit is mine"; here is decided which claim is
 * believed. Pure: the same claims about the same commit give the same answer, in whatever order and by whichever console
 * they came.
 *
 * GOV.UK's bot names neither the run nor the person: its commit says "Update <repo> image tag to <tag> for
 * <environment>" and changes that one file (alphagov/govuk-helm-charts, charts/argo-services/scripts/update-image-tag.sh),
 * so the same commit may have come of any run that asked for this version there, and nothing but time tells them apart.
 */
import { z } from 'zod';
import type { StartedBy } from '../history/deployment';
import { monthOf, type OperationRecord } from './operation-record';

/** Who says that a commit came of an operation: its record, this console's own journal, or a run that GitHub showed. */
const claimSources = ['record', 'journal', 'run'] as const;

/** One claim on a commit. Times are ISO 8601. */
export const claimSchema = z.object({
  source: z.enum(claimSources),
  /** UUIDv7; `null` for a run that no console started. */
  operation: z.string().max(100).nullable(),
  kind: z.enum(['deploy', 'promote', 'rollback']).nullable(),
  app: z.string().max(200),
  environment: z.string().max(200),
  version: z.string().max(200),
  by: z.string().min(1).max(200),
  reason: z.string().max(500).nullable(),
  override: z.array(z.string().max(100)).max(100),
  route: z.enum(['workflow', 'actions', 'pull-request', 'unknown']),
  run: z.object({ name: z.string().max(200), url: z.string().max(1000).nullable() }).nullable(),
  /** The commit lies after this one; `null`: nothing is known of that (a run that GitHub showed). */
  base: z.string().max(64).nullable(),
  /** On the first-parent line of the branch. */
  commit: z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/),
  /** Between which moments what the operation started can have made the commit; `null`: not known. */
  earliest: z.string().max(40).nullable(),
  latest: z.string().max(40).nullable(),
});
export type Claim = z.infer<typeof claimSchema>;

/** The claim of a record; `null`: it claims nothing, or lies in the folder of another month than its id is of. */
export function claimOf(record: OperationRecord): Claim | null {
  const { operation, month, kind, app, environment, imageTag, by, override, route, base, run, commit } =
    record;
  if (record.state !== 'landed' || commit === null || monthOf(operation) !== month) return null;
  return {
    source: 'record',
    operation,
    kind: kind === 'unknown' ? null : kind,
    app,
    environment,
    version: imageTag,
    by,
    reason: record.reason || null,
    override,
    route,
    run: run && { name: run.name, url: run.url },
    base,
    commit,
    earliest: run?.startedAt ?? record.at,
    latest: run?.finishedAt ?? null,
  };
}

/** A commit on the line, as the history has it. */
export interface ClaimedCommit {
  commit: string;
  app: string;
  environment: string;
  version: string;
  /** Milliseconds since 1970, by whole seconds: committer time. */
  at: number;
  /** Whether it changes nothing else that the history tells of: no other app, no other environment. */
  alone: boolean;
  /** The operation that its own trailers name; `null`: it has none. */
  operation: string | null;
}

/** Milliseconds that clocks of bots and consoles may differ by. */
const skew = 120_000;
/** Milliseconds after which a run of GitHub Actions, which only asks Argo for the commit, has nothing to do with it. */
const slowest = 900_000;

/** What is believed of a commit, and what the claim says besides. */
export interface Verdict {
  startedBy: StartedBy;
  /** `null`: the claim does not say, or nobody is believed. */
  operation: string | null;
  kind: Claim['kind'];
  reason: string | null;
}

function fits(claim: Claim, one: ClaimedCommit, isAfter: (base: string) => boolean): boolean {
  if (claim.commit !== one.commit || !one.alone) return false;
  if (claim.app !== one.app || claim.environment !== one.environment || claim.version !== one.version)
    return false;
  // Its own trailers are the better witness.
  if (one.operation !== null && one.operation !== claim.operation) return false;
  if (claim.base === null ? claim.source !== 'run' : !isAfter(claim.base)) return false;
  const earliest = timeOf(claim.earliest);
  // What had not begun can't have made it.
  return earliest === null || one.at + 1000 > earliest - skew;
}

/** Whether the commit was made while what the claim's operation started was at work. */
function covers(claim: Claim, { at }: ClaimedCommit): boolean {
  const earliest = timeOf(claim.earliest);
  if (earliest === null) return false;
  const latest = timeOf(claim.latest) ?? earliest + slowest;
  return at + 1000 > earliest && at <= latest;
}

const timeOf = (iso: string | null): number | null => {
  const time = iso === null ? Number.NaN : Date.parse(iso);
  return Number.isNaN(time) ? null : time;
};

/**
 * Who started a deployment, of those who claim its commit.
 * 1. A claim counts where the commit changes that app there to that version and nothing else, lies after what the branch
 *    was when the operation began, was not made before that, and has no trailers of another operation.
 * 2. What a console recorded, or has in its journal, goes before a run that GitHub showed.
 * 3. Of several, the one whose run was at work when the commit was made. Where that is none, or more than one, nobody:
 *    `possibly` names them; where all are one person's it was that person, and which operation is not told. Runs that GitHub showed are not told so, since nobody claimed anything by them.
 * @param isAfter whether the commit lies after another one.
 */
export function verdictOn(
  one: ClaimedCommit,
  claims: readonly Claim[],
  isAfter: (base: string) => boolean,
): Verdict | null {
  const fitting = claims.filter((claim) => fits(claim, one, isAfter));
  const own = distinct(fitting.filter(({ source }) => source !== 'run'));
  if (own.length > 0) {
    const [only] = own;
    if (only && own.length === 1) return toldBy(only);
    const proven = own.filter((claim) => covers(claim, one));
    const [proof] = proven;
    if (proof && proven.length === 1) return toldBy(proof);
    const people = [...new Set(own.map(({ by }) => by))].sort();
    const nothingElse = { operation: null, kind: null, reason: null };
    // Whichever of them it was.
    if (only && people.length === 1) {
      const route = own.every((claim) => claim.route === only.route) ? only.route : 'unknown';
      return {
        ...nothingElse,
        startedBy: { name: only.by, source: only.source, override: [], route, run: null },
      };
    }
    return { startedBy: { possibly: people.slice(0, 5) }, ...nothingElse };
  }
  const runs = fitting.filter((claim) => claim.source === 'run');
  const [run] = runs;
  return run && runs.length === 1 ? toldBy(run) : null;
}

/** Each operation once: its record, where there is one, before the journal. */
function distinct(claims: readonly Claim[]): Claim[] {
  const found = new Map<string, Claim>();
  for (const claim of claims) {
    const key = claim.operation ?? '';
    if (!found.has(key) || claim.source === 'record') found.set(key, claim);
  }
  return [...found.values()].sort((a, b) => ((a.operation ?? '') < (b.operation ?? '') ? -1 : 1));
}

const toldBy = ({ source, operation, kind, by, reason, override, route, run }: Claim): Verdict => ({
  startedBy: { name: by, source, override, route, run },
  operation,
  kind,
  reason,
});
