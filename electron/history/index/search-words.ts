import { deploymentWhat, sparseKinds } from './event-row';

/** What the full text of an event is made of. */
export interface WordSource {
  cell: number;
  app: string;
  environment: string;
  what: number;
  after: string | null;
  kind: number | null;
  actor: number;
  author: string;
  subject: string;
  body: string | null;
  reason: string | null;
  otherPath: string | null;
  /** The commit's own author, where `author` is somebody else who started it. */
  own: string | null;
}

/**
 * The full text of a row: what the search finds it by, and words of its own for its cell, its actor, and its kind and
 * type where those are rare, so that the full text can leave out by itself what a filter leaves out. The index holds no
 * copy of it: a row is taken out again by the same text.
 */
export function wordsOf(row: WordSource): string {
  const { subject, after } = row;
  let words = '';
  // Most subjects name app, environment and version already: a word is put in once.
  if (!names(subject, row.app)) words += `${row.app} `;
  if (!names(subject, row.environment)) words += `${row.environment} `;
  if (after && !names(subject, after)) words += `${after} `;
  words += `${row.author} ${subject}`;
  if (row.own !== null) words += ` ${row.own}`;
  if (row.body !== null) words += ` ${row.body}`;
  // A reason out of a record; the commit's own is part of the message.
  if (row.reason !== null && !row.body?.includes(row.reason)) words += ` ${row.reason}`;
  if (row.otherPath !== null) words += ` ${row.otherPath}`;
  words += ` zzc${row.cell} zza${row.actor}`;
  if (row.kind !== null && sparseKinds.includes(row.kind)) words += ` zzk${row.kind}`;
  return row.what === deploymentWhat ? words : `${words} zzw${row.what}`;
}

const space = 0x20;

/** Whether a text has a word (not the empty one), between spaces or its ends. */
function names(text: string, word: string): boolean {
  for (let at = text.indexOf(word); word && at >= 0; at = text.indexOf(word, at + 1)) {
    const end = at + word.length;
    if (
      (at === 0 || text.charCodeAt(at - 1) === space) &&
      (end === text.length || text.charCodeAt(end) === space)
    )
      return true;
  }
  return false;
}
