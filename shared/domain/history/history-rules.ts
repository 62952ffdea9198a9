/**
 * What a change of an image-tag file means in the history. Pure rules; the index and its slow reference
 * implementation in the tests read files and walk commits by themselves.
 */

import { readImageTagFile } from '../ledger/image-tag-file';
import { compareVersions, isImageTag } from '../ledger/version';
import { type DeploymentKind, deploymentKinds } from './deployment';
import type { HistoryEventType } from './history-event';

/** What an image-tag file says. `null`: it does not say. */
export interface FileState {
  /** `image_tag`; the empty text where the key is there without a value. */
  version: string | null;
  /** `automatic_deploys_enabled` */
  automaticDeploys: boolean | null;
  /** `promote_deployment` */
  promote: boolean | null;
}

/** The state of a file that is not there, is empty, or says nothing of an app. */
export const nothingSaid: FileState = { version: null, automaticDeploys: null, promote: null };

/** Whether the file says anything of an app. */
export const isSaid = (state: FileState): boolean =>
  state.version !== null || state.automaticDeploys !== null || state.promote !== null;

const simpleLine =
  /^(?:(image_tag|automatic_deploys_enabled|promote_deployment):(?: ([A-Za-z0-9_][A-Za-z0-9_.-]*))?|[a-z_]+: [a-z0-9]+|)$/;

/**
 * Reads one version of an image-tag file. Most are two or three plain lines, which need no YAML parser; everything
 * else goes through {@link readImageTagFile}. Differently from the board, which trusts only what YAML accepts, the
 * history also takes the tag from the first `image_tag:` line of a file that is no good YAML (merge markers, a key
 * twice): otherwise each such accident would look like an app that went and came back.
 */
export function readFileState(text: string): FileState {
  return readPlainState(text) ?? readAnyState(text);
}

function readPlainState(text: string): FileState | null {
  const state: FileState = { ...nothingSaid };
  const seen = new Set<string>();
  for (const line of text.split('\n')) {
    const match = simpleLine.exec(line);
    if (!match) return null;
    const [, key, value] = match;
    if (key === undefined) {
      const other = line.slice(0, line.indexOf(':'));
      if (line && seen.has(other)) return null;
      if (line) seen.add(other);
      continue;
    }
    if (seen.has(key)) return null;
    seen.add(key);
    if (key === 'image_tag') {
      if (value === 'null' || value === 'Null' || value === 'NULL') return null;
      state.version = value ?? '';
    } else if (value === 'true' || value === 'false')
      state[key === 'promote_deployment' ? 'promote' : 'automaticDeploys'] = value === 'true';
    else return null;
  }
  return state;
}

function readAnyState(text: string): FileState {
  const read = readImageTagFile(text);
  const state = { version: read.imageTag, automaticDeploys: read.automaticDeploys, promote: read.promote };
  if (state.version !== null) return state;
  const line = /^[ \t]*image_tag:[ \t]*(.*)$/m.exec(text.replace(/\r/g, ''));
  if (!line) return state;
  const value = (line[1] ?? '').replace(/(^|\s)#.*$/, '').trim();
  if (value === '' || /^(~|null)$/i.test(value)) return { ...state, version: '' };
  const bare = value.replace(/^(['"])(.*)\1$/, '$2');
  return isImageTag(bare) ? { ...state, version: bare } : state;
}

/**
 * The events of a change from one state of a file to the next, in the order in which the feed holds them.
 * - `appeared`: the file begins to say something; `gone`: it stops (and nothing else is told then).
 * - `deployment`: it names another version than before, the first one included. A key without a value counts as the
 *   empty version, so that taking a version away is on record too.
 * - a hold is `automatic_deploys_enabled: false`, said aloud; promotion is on where `promote_deployment: true` is.
 */
export function eventsBetween(before: FileState, after: FileState): HistoryEventType[] {
  if (!isSaid(after)) return isSaid(before) ? ['gone'] : [];
  const events: HistoryEventType[] = [];
  if (!isSaid(before)) events.push('appeared');
  if (after.version !== null && after.version !== before.version) events.push('deployment');
  const held = after.automaticDeploys === false;
  if (held !== (before.automaticDeploys === false)) events.push(held ? 'hold-set' : 'hold-released');
  const promoted = after.promote === true;
  if (promoted !== (before.promote === true)) events.push(promoted ? 'promotion-on' : 'promotion-off');
  return events;
}

/** What the commits tell about a deployment, besides its versions. */
export interface DeploymentSigns {
  /** `Signalbox-Kind` of the change's commit. */
  trailerKind: string | null;
  /** The version ran in this environment before (at any time, also where the app was gone in between). */
  returns: boolean;
  /**
   * It goes back from nothing: see {@link isForward}. Where names do not tell, a version goes forward that first ran in this
   * environment after the one that it replaces: deployed again after a rollback, it is no rollback.
   */
  forward: boolean;
  /** The version ran in another environment before. */
  ranElsewhere: boolean;
  /** The commit is one of the pipeline's: see {@link isPipelineSubject}. */
  pipeline: boolean;
  /** `promote_deployment` as the change leaves it. */
  promote: boolean | null;
}

/**
 * Whether a commit's subject is one that GOV.UK's update-image-tag workflow writes: "Update <repo> image tag to <tag>
 * for <environment>" (docs/argo.md, "How GOV.UK's pieces name each other"), or the merge of its branch.
 */
export function isPipelineSubject(subject: string): boolean {
  return /^(?:Update \S+ image tag to \S+ for \S+|Merge (?:branch ')?update-image-tag\/\S+.*)$/.test(subject);
}

/**
 * Whether a deployment cannot be a way back: it replaces nothing, or its version is newer than the one that it replaces,
 * as far as names tell (only release numbers do).
 */
export function isForward(to: string | null, from: string | null): boolean {
  return !from || (to !== null && (compareVersions(to, from) ?? 0) > 0);
}

/**
 * The kind of a deployment. What the commit and the pipeline say comes first; that a version ran there before says
 * little by itself: one that was rolled back from is often deployed again.
 * 1. our own trailers say it;
 * 2. the pipeline's commit with `promote_deployment: true` is of a release, which deploy-image writes for no person: a
 *    `promote` where the version ran in another environment before, else `automatic`;
 * 3. a person's return to a version that ran there before is a `rollback`, unless it goes back from nothing;
 * 4. what did not come through the pipeline's own commits, or came with `promote_deployment: false` (deploy-image writes
 *    that when a person deployed), is `manual`;
 * 5. the rest came through the pipeline, and its file does not say who began it: as in 2.
 */
export function deploymentKind(signs: DeploymentSigns): DeploymentKind {
  const told = deploymentKinds.find((kind) => kind === signs.trailerKind);
  if (told) return told;
  const isRelease = signs.pipeline && signs.promote === true;
  if (!isRelease && signs.returns && !signs.forward) return 'rollback';
  if (!signs.pipeline || signs.promote === false) return 'manual';
  return signs.ranElsewhere ? 'promote' : 'automatic';
}
