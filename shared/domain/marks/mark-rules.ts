import { type Actor, type Decision, refuse } from '../bags/decisions';
import { put, remove } from '../records/record-change';
import type { Found } from '../records/record-entry';
import type { Mark } from './mark';

/** A mark as a sentence: who, and why. */
export const markText = ({ app, imageTag, by, reason }: Mark): string =>
  `${by} marked ${app} ${imageTag} bad: ${reason.replace(/[.\s]+$/, '') || 'no reason given'}.`;

/** Marks a version bad everywhere. Refused where somebody else did already. @param found its mark now. */
export function markVersion(
  found: Found<Mark> | null,
  actor: Actor,
  wish: { app: string; version: string; reason: string; subject: string },
): Decision {
  const { app, version, subject } = wish;
  const reason = wish.reason.trim();
  if (reason === '')
    return refuse('invalid-input', 'This needs a reason.', 'Enter a reason for others to read.');
  if (found?.ok && found.value.operation === actor.operation) return { kind: 'nothing', value: null };
  if (found)
    return refuse('conflict', found.ok ? markText(found.value) : `${app} ${version} is already marked bad.`);
  const { by, at, operation } = actor;
  const value = { app, imageTag: version, by, at, operation, reason };
  return { kind: 'change', changes: [put('mark', value)], subject, value: null };
}

/** Takes a mark away. It deploys nothing. A record that can't be read goes, too: that is how it is put right. */
export function clearMark(
  found: Found<Mark> | null,
  wish: { app: string; version: string; subject: string },
): Decision {
  const { app, version, subject } = wish;
  if (!found) return refuse('conflict', `${app} ${version} is not marked bad.`);
  return { kind: 'change', changes: [remove('mark', { app, imageTag: version })], subject, value: null };
}
