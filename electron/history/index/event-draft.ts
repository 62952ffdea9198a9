import { deploymentKinds } from '../../../shared/domain/history/deployment';
import {
  eventsBetween,
  type FileState,
  isForward,
  isPipelineSubject,
  isSaid,
} from '../../../shared/domain/history/history-rules';
import { readCommitMessage } from '../../../shared/domain/ledger/commit-message';
import { type LedgerRecord, ledgerEventBetween } from '../../../shared/domain/ledger/ledger-events';
import { parseTrailers } from '../../../shared/domain/ledger/trailers';
import {
  deploymentWhat,
  type EventNote,
  flag,
  flagsOfBase,
  goneWhat,
  kindNumber,
  movedWhat,
  stateFlags,
  whatOf,
} from './event-row';
import type { FilePlace } from './path-matcher';

/** An event as it comes out of a commit, before it has a place in the index. */
export interface Draft {
  place: FilePlace;
  what: number;
  before: string | null;
  after: string | null;
  flags: number;
  /** Set where our trailers tell the kind. */
  kind: number | null;
  author: string;
  subject: string;
  note: EventNote | null;
  /** Whose history goes on here: the file moved from another app's or environment's place. */
  source?: FilePlace;
}

/** What a commit's message tells. */
export interface Told {
  subject: string;
  pipeline: boolean;
  kind: number | null;
  /** It freezes or thaws: the flags of all apps that it switches are told by the freeze's own event. */
  freezes: boolean;
  note: EventNote | null;
}

/** `Signalbox-Kind` of commits that switch the flags of many apps for a freeze. */
const freezeKinds: ReadonlySet<string> = new Set(['freeze', 'begin-freeze', 'thaw']);

const maxSubject = 500;
const maxBody = 16_000;

/** The first characters of a text; a pair of surrogates is not cut in two. */
function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const cut = text.charCodeAt(length - 1);
  return text.slice(0, cut >= 0xd800 && cut < 0xdc00 ? length - 1 : length);
}

export function readMessage(message: string): Told {
  const parts = readCommitMessage(message);
  const subject = shortened(parts.subject, maxSubject);
  const body = shortened(parts.body, maxBody);
  const trailers = body.toLowerCase().includes('signalbox-') ? parseTrailers(message) : null;
  const kind = trailers && deploymentKinds.find((one) => one === trailers.kind);
  return {
    subject,
    pipeline: isPipelineSubject(subject),
    kind: kind ? kindNumber(kind) : null,
    freezes: trailers !== null && freezeKinds.has(trailers.kind ?? ''),
    note: body
      ? {
          id: null,
          body,
          reason: trailers?.reason ?? null,
          operation: trailers?.operation ?? null,
          otherPath: null,
        }
      : null,
  };
}

const draft = (
  place: FilePlace,
  author: string,
  told: Told,
  event: Pick<Draft, 'what' | 'before' | 'after' | 'flags' | 'kind'>,
): Draft => ({ place, author, subject: told.subject, note: told.note, ...event });

/** What a commit says of itself, with another path that belongs to one of its events. */
const noteWith = (note: EventNote | null, otherPath: string): EventNote => ({
  body: '',
  reason: null,
  operation: null,
  ...note,
  id: null,
  otherPath,
});

/**
 * The events of a change of an image-tag file, in the feed's order.
 * @param before `null`: what was before is not known (where a shallow clone begins); then only the state is kept.
 * @param open the path of a file that may be the same app under another name.
 */
export function appDrafts(
  drafts: Draft[],
  place: FilePlace,
  before: FileState | null,
  after: FileState,
  author: string,
  told: Told,
  open?: string,
): void {
  const flags = stateFlags(after);
  const { version } = after;
  const add = (what: number, from: string | null, bits: number, kind: number | null) =>
    drafts.push(draft(place, author, told, { what, before: from, after: version, flags: bits, kind }));
  if (!before) {
    add(0, null, flags | flag.base, null);
    return;
  }
  const types = eventsBetween(before, after).filter(
    (type) => !(told.freezes && (type === 'hold-set' || type === 'hold-released')),
  );
  for (const type of types) {
    if (type === 'deployment') {
      const bits =
        flags |
        (told.pipeline ? flag.pipeline : 0) |
        (told.kind === null ? 0 : flag.told) |
        (isForward(version, before.version) ? flag.forward : 0);
      add(deploymentWhat, before.version, bits, told.kind);
    } else {
      add(whatOf(type), before.version, flags, null);
      const appeared = type === 'appeared' && open !== undefined ? drafts.at(-1) : undefined;
      if (appeared && open !== undefined) appeared.note = noteWith(told.note, open);
    }
  }
  // No event, but another state: the board as of a moment wants to know it.
  if (types.length === 0 && (before.version !== version || flags !== stateFlags(before)))
    add(0, before.version, flags, null);
}

/** A file's two places: the cell and the path before and after. */
export interface MovedPlaces {
  from: FilePlace;
  fromPath: string;
  to: FilePlace;
  toPath: string;
}

/** The events of a file that moved: that it did, and what else changed by the same commit. Nothing else was deployed. */
export function movedDrafts(
  drafts: Draft[],
  { from, fromPath, to, toPath }: MovedPlaces,
  before: FileState,
  after: FileState,
  author: string,
  told: Told,
): void {
  if (!isSaid(before)) {
    appDrafts(drafts, to, before, after, author, told);
    return;
  }
  const stays = from.app === to.app && from.environment === to.environment;
  if (!stays)
    drafts.push({
      ...draft(from, author, told, {
        what: goneWhat,
        before: before.version,
        after: null,
        flags: 0,
        kind: null,
      }),
      note: noteWith(told.note, toPath),
    });
  if (!isSaid(after)) {
    if (stays) appDrafts(drafts, to, before, after, author, told);
    return;
  }
  drafts.push({
    ...draft(to, author, told, {
      what: movedWhat,
      before: null,
      after: before.version,
      flags: stateFlags(before),
      kind: null,
    }),
    note: noteWith(told.note, fromPath),
    ...(stays ? {} : { source: from }),
  });
  appDrafts(drafts, to, before, after, author, told);
}

/**
 * The event of a change of a file under `.signalbox/`. Reason and operation are the commit's, or else the record's.
 * @param before, after `null`: the file is not there. @param asBase what was before is not known.
 */
export function ledgerDrafts(
  drafts: Draft[],
  place: FilePlace,
  before: LedgerRecord | null,
  after: LedgerRecord | null,
  author: string,
  told: Told,
  asBase: boolean,
): void {
  if (!place.ledger) return;
  const type = ledgerEventBetween(place.ledger.kind, asBase ? null : before, after, told.subject);
  if (!type) return;
  const scope = (after ?? before)?.scope ?? null;
  const note: EventNote = {
    id: null,
    body: told.note?.body ?? '',
    reason: told.note?.reason ?? after?.reason ?? null,
    operation: told.note?.operation ?? after?.operation ?? null,
    otherPath: null,
  };
  drafts.push({
    ...draft(scope ? placeOf(place, place.ledger, scope) : place, author, told, {
      what: asBase ? 0 : whatOf(type),
      before: null,
      after: place.ledger.version ?? after?.version ?? before?.version ?? null,
      flags: asBase ? flagsOfBase(whatOf(type)) : 0,
      kind: null,
    }),
    note: note.body || note.reason || note.operation ? note : null,
  });
}

const placeOf = (
  place: FilePlace,
  ledger: NonNullable<FilePlace['ledger']>,
  { app, environment, pipeline }: NonNullable<LedgerRecord['scope']>,
): FilePlace => ({ ...place, app, environment, ledger: { ...ledger, app, environment, pipeline } });

/** A record's file is not here any more, but the record goes on elsewhere: no event. */
export const movedRecordDraft = (place: FilePlace, author: string, told: Told): Draft => ({
  ...draft(place, author, told, { what: 0, before: null, after: null, flags: 0, kind: null }),
  note: null,
});
