import { isDeepStrictEqual } from 'node:util';
import { isImageTag } from '../../../shared/domain/ledger/version';
import type { ManifestSources } from './application-object';

/** Free JSON (`runtime.RawExtension`), which Argo CD compares as it is written. */
const free = new Set(['valuesObject']);

/**
 * A value without what Go's `omitempty` leaves out: empty texts, lists and objects, zero, false and null. Not in free
 * JSON: `debug: false` of a chart's values is another text than nothing (argo-cd `types.go`, `ApplicationSource.Equals`).
 */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value || undefined;
  const kept = Object.entries(value).flatMap(([name, inner]) => {
    const left = free.has(name) ? (inner ?? undefined) : withoutEmpty(inner);
    return left === undefined ? [] : [[name, left] as const];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** What an Application's place says of its sources. */
export const sourcesOf = (place: ManifestSources): unknown =>
  withoutEmpty(place.sources.length > 0 ? place.sources : place.source);

/** Whether a sync was of the source that the spec names (argo-cd `controller/appcontroller.go`, `alreadyAttemptedSync`). */
export function isOfSource(
  spec: ManifestSources | null | undefined,
  synced: ManifestSources | null | undefined,
): boolean | null {
  if (!spec || !synced || spec.sourceHydrator) return null;
  const [now, then] = [sourcesOf(spec), sourcesOf(synced)];
  return now === undefined || then === undefined ? null : isDeepStrictEqual(now, then);
}

/** Deeper values name no version that we would look for. */
const deepest = 20;

/** Every text of a value by where it stands: `source.helm.parameters.0.value`. */
function textsOf(value: unknown, at = '', depth = 0, found = new Map<string, string>()): Map<string, string> {
  if (typeof value === 'string') found.set(at, value);
  else if (typeof value === 'object' && value !== null && depth < deepest)
    for (const [name, inner] of Object.entries(value).filter(([key]) => key !== 'repoURL'))
      textsOf(inner, `${at}.${name}`, depth + 1, found);
  return found;
}

const inTag = /[A-Za-z0-9_.-]/;

/** Where a text names a version as a whole word; -1: nowhere. */
function wordAt(text: string, word: string): number {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    const [before, after] = [text[at - 1] ?? ' ', text[at + word.length] ?? ' '];
    if (!inTag.test(before) && !inTag.test(after)) return at;
  }
  return -1;
}

/** What stands in another text in the place of the version: on the line that begins and ends alike. */
function inPlaceOf(version: string, text: string, other: string): string[] {
  const others = other.split('\n');
  return text.split('\n').flatMap((line) => {
    const at = wordAt(line, version);
    if (at < 0) return [];
    const [head, tail] = [line.slice(0, at), line.slice(at + version.length)];
    return others.flatMap((one) => {
      if (one.length < head.length + tail.length || !one.startsWith(head) || !one.endsWith(tail)) return [];
      const was = one.slice(head.length, one.length - tail.length);
      return isImageTag(was) ? [was] : [];
    });
  });
}

/**
 * The version that a sync was of, read from its source: an operation of Argo CD knows revisions and sources, and not
 * what our annotation `imageTag` said then. It is what stands in the synced source where the spec's source names its
 * own version: a Helm parameter, a line of `helm.values`, an image of kustomize.
 * @param version that the Application names by now.
 * @returns `null`: the source names no version (it stands in a file of the repo), or is too different to tell.
 */
export function versionOfSync(
  spec: ManifestSources,
  version: string | null,
  synced: ManifestSources,
): string | null {
  if (version === null || version === '') return null;
  const then = textsOf({ source: synced.source, sources: synced.sources });
  const moved = new Set<string>();
  let stayed = false;
  for (const [at, text] of textsOf({ source: spec.source, sources: spec.sources })) {
    const other = then.get(at);
    if (wordAt(text, version) < 0 || other === undefined) continue;
    for (const was of inPlaceOf(version, text, other)) {
      if (was === version) stayed = true;
      else moved.add(was);
    }
  }
  if (moved.size > 1) return null;
  const [was] = moved;
  return was ?? (stayed ? version : null);
}
