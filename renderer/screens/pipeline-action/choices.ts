import type { BagPreview } from '../../../shared/contract/bags';
import { type BagIntent, declarationOf } from '../../../shared/domain/operation/intent';
import { type Finding, needsAttention } from '../../../shared/domain/preflight/finding';

/** What a person has settled in the sheet, besides the request itself. */
export interface Choices {
  reason: string;
  /** Minutes until a lock is expected to end; `null`: not known. */
  minutes: number | null;
  /** The services that the bag lacks are left running as they are. */
  leaveRunning: boolean;
  /** A lock stops automatic deploys as well. */
  stopAutomatic: boolean;
  /** Pack although nothing differs. */
  force: boolean;
}

/** Stands for a reason in a preview, which is asked for before one is typed. */
const notTyped = '(not typed yet)';

/** Findings that need a reason to get past. */
export const obstaclesOf = (findings: readonly Finding[]): Finding[] =>
  findings.filter((finding) => needsAttention([finding]));

/** The intent without what is typed, so that typing asks for no new preview at every letter. */
export function forPreview(request: BagIntent, choices: Pick<Choices, 'leaveRunning' | 'force'>): BagIntent {
  const { reason: _, ...rest } = request;
  const bare = {
    ...rest,
    ...(declarationOf(request).needsReason(request) ? { reason: notTyped } : {}),
  } as BagIntent;
  return bare.kind === 'pack-bag' ? { ...bare, force: choices.force } : bare;
}

/**
 * The intent as it is sent: with the reason, the codes of what the person overrides, and the choice about services that
 * the bag lacks.
 * @param now ms since the epoch: an expected end is counted from it.
 */
export function forStart(
  request: BagIntent,
  choices: Choices,
  preview: Pick<BagPreview, 'findings' | 'lacking'>,
  now: number,
): BagIntent {
  const reason = choices.reason.trim();
  const intent = { ...forPreview(request, choices), ...(reason ? { reason } : {}) } as BagIntent;
  const override = [...new Set(obstaclesOf(preview.findings).map(({ code }) => code))];
  switch (intent.kind) {
    case 'deploy-bag':
    case 'roll-back-bag':
      return { ...intent, override, leaveRunning: choices.leaveRunning ? preview.lacking : [] };
    case 'change-policy':
    case 'force-unlock':
      return { ...intent, override };
    case 'pack-bag':
    case 'retry-tests':
    case 'abort-tests':
      return override.length > 0 ? { ...intent, override } : intent;
    case 'lock':
      return {
        ...intent,
        ...(choices.stopAutomatic ? { stopAutomatic: true } : {}),
        until: choices.minutes === null ? null : new Date(now + choices.minutes * 60_000).toISOString(),
      };
    default:
      return intent;
  }
}

/** Whether a finding keeps the action from being sent whatever the reason. Lacking services are answered by a choice. */
function isFinal({ code, level, overridable }: Finding, leaveRunning: boolean): boolean {
  if (code === 'services-lacking' && leaveRunning) return false;
  return level === 'block' && !overridable;
}

/** Why the action cannot be sent yet, as a sentence; `null` when it can. */
export function blockedBecause(options: {
  request: BagIntent;
  choices: Choices;
  preview: BagPreview | null;
  previewFailed: boolean;
  moved: boolean;
  readOnlyBecause: string | null;
}): string | null {
  const { request, choices, preview, previewFailed, moved, readOnlyBecause } = options;
  if (readOnlyBecause) return readOnlyBecause;
  if (previewFailed) return 'The checks could not run, so nothing can be sent.';
  if (!preview) return 'The checks are still running.';
  if (moved) return 'The environment changed: review it again first.';
  const final = preview.findings.find((finding) => isFinal(finding, choices.leaveRunning));
  if (final) return final.message;
  const asked = obstaclesOf(preview.findings).some(({ code }) => code !== 'services-lacking');
  if (choices.reason.trim() === '' && (declarationOf(request).needsReason(request) || asked))
    return 'Enter a reason.';
  return null;
}
