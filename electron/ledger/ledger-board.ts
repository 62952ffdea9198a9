import { type Failure, fail, ok, type Result } from '../../shared/domain/failure/failure';
import {
  editImageTagFile,
  type ImageTagChange,
  newImageTagFile,
} from '../../shared/domain/ledger/image-tag-edit';
import {
  type FileProblem,
  type ImageTagFile,
  readImageTagFile,
} from '../../shared/domain/ledger/image-tag-file';
import { type ImageTagLayout, nameProblem, type Target } from '../../shared/domain/ledger/layout';
import type { LedgerFile, LedgerProblem, Snapshot } from './ledger';

/** What a snapshot says about versions: environment → app → file. */
export interface LedgerBoard {
  commit: string | null;
  /** Every environment that has a folder with files, every app whose file can be read; sorted by name. */
  environments: ReadonlyMap<string, ReadonlyMap<string, ImageTagFile>>;
  /** Everything in the snapshot that cannot be used or trusted, with file and line. */
  problems: readonly LedgerProblem[];
}

/** Files are immutable and shared between snapshots, so each is parsed once. */
const parsed = new WeakMap<LedgerFile, ImageTagFile>();

/** What an image-tag file of a snapshot says; parsed once per content. */
export function imageTagFileOf(file: LedgerFile): ImageTagFile {
  let known = parsed.get(file);
  if (!known) {
    known = readImageTagFile(file.text);
    parsed.set(file, known);
  }
  return known;
}

/** All versions in a snapshot. A file without a usable tag is left out of `environments` and is among the problems. */
export function readBoard(snapshot: Snapshot, layout: ImageTagLayout): LedgerBoard {
  const environments = new Map<string, Map<string, ImageTagFile>>();
  const problems: LedgerProblem[] = [...snapshot.problems];
  for (const path of snapshot.list('')) {
    const target = layout.match(path);
    const file = target && snapshot.file(path);
    if (!target || !file) continue;
    const said = imageTagFileOf(file);
    const apps = environments.get(target.environment) ?? new Map<string, ImageTagFile>();
    environments.set(target.environment, apps);
    if (said.imageTag !== null) apps.set(target.app, said);
    for (const { line, reason } of said.problems)
      problems.push({ path, ...(line === undefined ? {} : { line }), reason });
  }
  return { commit: snapshot.commit, environments, problems };
}

/** A changed image-tag file, ready for a mutation. */
export interface FileChange {
  path: string;
  text: string;
  /** What the file said before, `null` when it is new. */
  before: ImageTagFile | null;
  /** Whether a single byte differs. */
  changed: boolean;
}

/**
 * The file of an app in an environment with other values, for use inside a mutation.
 * Fails with `invalid-input` (a name that cannot be one, a tag that cannot be one), `bad-data` with the file and line
 * (the file is there but cannot be changed safely), `not-found` (no such file, unless `create` is given).
 */
export function changeImageTag(
  snapshot: Snapshot,
  layout: ImageTagLayout,
  target: Target,
  change: ImageTagChange,
  create?: Required<Omit<ImageTagChange, 'imageTag'>>,
): Result<FileChange> {
  for (const [what, name] of [['app', target.app] as const, ['environment', target.environment] as const]) {
    const bad = nameProblem(name);
    if (bad) return fail(invalidName(what, name, bad));
  }
  const path = layout.path(target);
  const file = snapshot.file(path);
  if (file) {
    const edit = editImageTagFile(file.text, change);
    if (!edit.ok) return fail(fileFailure(path, edit.problem));
    return ok({ path, text: edit.text, before: imageTagFileOf(file), changed: edit.text !== file.text });
  }
  const problem = snapshot.problems.find((found) => found.path === path);
  if (problem) return fail(fileFailure(path, problem));
  if (!create || change.imageTag === undefined)
    return fail({
      code: 'not-found',
      message: `${target.app} has no image-tag file in ${target.environment}.`,
      meaning: `${path} is not in the release repo, so there is no version to deploy. Nothing was changed.`,
      next: [{ do: 'advice', label: 'Check the name, or add the file to the release repo.' }],
      place: { path },
    });
  const made = newImageTagFile({ ...create, ...change, imageTag: change.imageTag });
  return made.ok
    ? ok({ path, text: made.text, before: null, changed: true })
    : fail(fileFailure(path, made.problem));
}

function fileFailure(
  path: string,
  problem: Pick<FileProblem, 'reason'> & { code?: string; line?: number },
): Failure {
  const { line, reason } = problem;
  const isInput = problem.code === 'not-a-tag' && line === undefined;
  return {
    code: isInput ? 'invalid-input' : 'bad-data',
    message: isInput ? reason : `${path}${line === undefined ? '' : `, line ${line}`}: ${reason}`,
    meaning: 'Nothing was changed. Other files are not affected.',
    next: [
      {
        do: 'advice',
        label: isInput ? 'Choose another version.' : 'Correct the file in the release repo, then try again.',
      },
    ],
    place: { path, ...(line === undefined ? {} : { line }) },
  };
}

const invalidName = (what: 'app' | 'environment', name: string, bad: string): Failure => ({
  code: 'invalid-input',
  message: `${JSON.stringify(name.slice(0, 80))} is not a valid name for an ${what}: ${bad}.`,
  meaning: 'Nothing was changed.',
  next: [{ do: 'advice', label: 'Check the name.' }],
});
