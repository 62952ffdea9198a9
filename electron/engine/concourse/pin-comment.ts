/** What a pin's comment tells: Concourse keeps no author and no time, so that Signalbox writes them into it. */
export interface PinSaid {
  by: string;
  /** ISO 8601; `null`: somebody pinned it in Concourse itself. */
  at: string | null;
  reason: string;
  freeze: boolean;
}

const own = /^(Frozen|Pinned) by (.{1,100}?) at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)(?:: ([\s\S]*))?$/;

/** The comment as Signalbox writes it. @param at to the second */
export const pinComment = ({ by, at, reason, freeze }: PinSaid & { at: string }): string =>
  `${freeze ? 'Frozen' : 'Pinned'} by ${by} at ${at.replace(/\.\d+Z$/, 'Z')}${reason ? `: ${reason}` : ''}`;

/** What a comment says; anything that is not as Signalbox writes it is somebody’s own words. */
export function readPinComment(comment: string | null): PinSaid {
  const [, word, by = '', at = null, reason = ''] = own.exec(comment ?? '') ?? [];
  if (!word) return { by: 'somebody in Concourse', at: null, reason: comment ?? '', freeze: false };
  return { by, at, reason, freeze: word === 'Frozen' };
}

const disabledBy =
  /^Disabled (.{1,200}?) by (.{1,100}?) at (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)(?:: ([\s\S]*))?$/;

/** The comment on the build that deployed a bag which Signalbox disables. */
export const disableComment = (
  bag: string,
  { by, at, reason }: { by: string; at: string; reason: string },
): string => `Disabled ${bag} by ${by} at ${at.replace(/\.\d+Z$/, 'Z')}${reason ? `: ${reason}` : ''}`;

/** Who disabled a bag and why, as a build's comment says it; `null`: it says nothing of it. */
export function readDisableComment(
  comment: string | null,
): { by: string; at: string | null; reason: string } | null {
  const [, bag, by = '', at = null, reason = ''] = disabledBy.exec(comment ?? '') ?? [];
  return bag ? { by, at, reason } : null;
}
