import type { Preview } from '../../../shared/contract/operations';
import type { Board } from '../../../shared/domain/board/board';
import { type AppIntent, declarationOf } from '../../../shared/domain/operation/intent';
import type { Finding } from '../../../shared/domain/preflight/finding';
import {
  finalBlock,
  isOpenChoice,
  obstaclesOf,
  overridesOf,
} from '../../../shared/domain/preflight/obstacles';
import type { SyncAnswer } from '../../../shared/domain/preflight/sync-answer';
import type { RouteKind } from '../../../shared/domain/route/route';
import { count } from '../../../shared/domain/text/count';
import type { SheetRequest } from '../../ui/layout/ui-state';

/** What a person has settled in the sheet so far. */
export interface Draft {
  request: SheetRequest;
  environment: string | null;
  version: string | null;
  reason: string;
  /** What was chosen of syncs of Argo CD that are in the way. */
  syncs: readonly SyncAnswer[];
  /** How it is to land; `null`: by the best way that is open. */
  route: RouteKind | null;
  /** That what it freezes was understood, of an emergency rollback. */
  confirmed: boolean;
}

/** What the board says is in the environment now; `null` where the app has no file. */
export function versionThere(
  board: Board | undefined,
  app: string,
  environment: string | null,
): string | null {
  const cell = board?.cells.find((each) => each.app === app && each.environment === environment);
  return cell?.ledger?.version ?? null;
}

/** Where a promotion into an environment comes from. */
export function promotedFrom(draft: Draft, board: Board | undefined): string | null {
  if (draft.request.from) return draft.request.from;
  return board?.environments.find((each) => each.name === draft.environment)?.before ?? null;
}

/**
 * The intent that the draft means, `null` while something is still to be picked.
 * @param expected the version that the person sees in the environment.
 */
export function intentOf(draft: Draft, from: string | null, expected: string | null): AppIntent | null {
  const { environment, version } = draft;
  const { kind, app } = draft.request;
  if (environment === null) return null;
  const reason = draft.reason.trim();
  const landing = draft.route === null ? {} : { route: draft.route };
  const why = {
    ...(reason ? { reason } : {}),
    ...landing,
    ...(draft.syncs.length > 0 ? { syncs: [...draft.syncs] } : {}),
  };
  switch (kind) {
    case 'deploy':
    case 'rollback':
      return version === null ? null : { kind, app, environment, version, expected, ...why };
    case 'promote':
      if (version === null || from === null) return null;
      return { kind, app, environment, from, version, expected, ...why };
    case 'emergency-rollback':
      if (version === null) return null;
      return { kind, app, environment, version, expected, ...why, reason: reason || notTyped };
    case 'reconcile': {
      const { debt } = draft.request;
      if (version === null || !debt) return null;
      return { kind, app, environment, version, expected, debt, ...why };
    }
    case 'hold':
      return { kind, app, environment, reason: reason || notTyped, ...landing };
    case 'release-hold':
      return { kind, app, environment, ...(reason ? { reason } : {}), ...landing };
  }
}

/** Stands for a hold's reason in its preview, which is asked for before one is typed. */
const notTyped = '(not typed yet)';

/** The same intent without what is typed, so that typing does not ask for a new preview at every letter. */
export function forPreview(intent: AppIntent | null): AppIntent | null {
  if (!intent) return null;
  if (intent.kind === 'hold' || intent.kind === 'emergency-rollback') return { ...intent, reason: notTyped };
  const { reason: _reason, ...rest } = intent;
  return rest;
}

/** The intent as it is sent: with the codes of what the person overrides, when there is something in the way. */
export function forStart(intent: AppIntent, findings: readonly Finding[]): AppIntent {
  if (!('expected' in intent)) return intent;
  const override = overridesOf(findings);
  return override.length > 0 ? { ...intent, override } : intent;
}

/** Why the draft cannot be sent yet, as a sentence; `null` when it can. */
export function sendBlockedBecause(options: {
  draft: Draft;
  intent: AppIntent | null;
  preview: Preview | null;
  previewFailed: boolean;
  readOnlyBecause: string | null;
}): string | null {
  const { draft, intent, preview, previewFailed, readOnlyBecause } = options;
  if (readOnlyBecause) return readOnlyBecause;
  if (draft.environment === null) return 'Choose an environment first.';
  if (!intent) return 'Choose a version first.';
  if (previewFailed) return 'The checks could not run; see above.';
  if (!preview) return 'The checks are still running.';
  const final = finalBlock(preview.findings);
  if (final) return final.message;
  if (preview.findings.some(isOpenChoice))
    return 'Choose what to do about the running sync: terminate it, or wait for it to end.';
  if (draft.reason.trim() === '' && declarationOf(intent).needsReason(intent))
    return intent.kind === 'hold'
      ? 'Enter a reason: everyone who sees the hold sees it.'
      : 'Enter a reason: everyone who sees the emergency rollback sees it.';
  if (intent.kind === 'emergency-rollback' && !draft.confirmed) return 'Confirm what it freezes first.';
  if (draft.reason.trim() !== '') return null;
  const obstacles = obstaclesOf(preview.findings).length;
  if (obstacles === 0 || intent.kind === 'release-hold') return null;
  return `Enter a reason to override ${count(obstacles, 'finding')}.`;
}
