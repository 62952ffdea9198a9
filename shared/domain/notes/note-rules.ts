import { type Actor, type Decision, refuse } from '../bags/decisions';
import { put, remove } from '../records/record-change';
import type { Found } from '../records/record-entry';
import type { Note } from './note';

/** What a person sees of a note that is there when they change or remove it. */
interface Seen {
  note: string;
  /** Its text then: nobody writes over what somebody else has changed meanwhile. */
  before: string;
}

const isGone = (): Decision => refuse('not-found', 'Somebody removed this note after you opened it.');

const moved = (found: Note, { before }: Seen): Decision | null =>
  found.text === before
    ? null
    : refuse('conflict', `${(found.edited ?? found).by} changed this note after you opened it.`);

/**
 * Adds a note, or changes one.
 * @param wish.seen the one to change; `null`: a new one, which the operation names.
 * @param found the record of that note now.
 */
export function writeNote(
  found: Found<Note> | null,
  actor: Actor,
  wish: {
    app: string | null;
    about?: Note['about'];
    text: string;
    seen: Seen | null;
    subject: string;
  },
): Decision {
  const { app, seen, subject } = wish;
  const { by, at, operation } = actor;
  const text = wish.text.trim();
  if (found?.ok && found.value.operation === operation) return { kind: 'nothing', value: null };
  if (!seen) {
    const about = wish.about ? { about: wish.about } : {};
    const value = { note: operation, app, ...about, text, by, at, edited: null, operation };
    return { kind: 'change', changes: [put('note', value)], subject, value: null };
  }
  if (!found) return isGone();
  if (!found.ok) return { kind: 'refusal', failure: found.failure };
  const stale = moved(found.value, seen);
  if (stale) return stale;
  if (found.value.text === text) return { kind: 'nothing', value: null };
  const value = { ...found.value, text, edited: { by, at }, operation };
  return { kind: 'change', changes: [put('note', value)], subject, value: null };
}

/** Removes a note as the person saw it. */
export function removeNote(found: Found<Note> | null, wish: { seen: Seen; subject: string }): Decision {
  if (!found) return isGone();
  const stale = found.ok ? moved(found.value, wish.seen) : null;
  if (stale) return stale;
  return {
    kind: 'change',
    changes: [remove('note', { note: wish.seen.note })],
    subject: wish.subject,
    value: null,
  };
}
