import { createHash, randomBytes } from 'node:crypto';

/** Kubernetes' alphabet for generated names: no vowels, nothing that looks like something else. */
const alphabet = 'bcdfghjklmnpqrstvwxz2456789';

function encode(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += alphabet[byte % alphabet.length];
  return text;
}

/** A random suffix as the API server's `generateName` makes it, five characters. */
export function randomSuffix(): string {
  return encode(randomBytes(5));
}

/** A stable short hash of any value that JSON can hold; used for `pod-template-hash` and pod names. */
export function shortHash(value: unknown, length = 10): string {
  return encode(createHash('sha256').update(stableJson(value)).digest().subarray(0, length));
}

/** JSON with sorted keys, so that equal values give equal text. */
export function stableJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${stableJson(inner)}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
}

/** FNV-1a over UTF-16 units, 32 bits: what Argo Workflows makes node ids of (`<workflow>-<hash of the node's name>`). */
export function fnv32(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) {
    hash ^= text.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

/** RFC 3339 to the second, as Kubernetes writes times. */
export function timestamp(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** A name cut so that it fits Kubernetes' 63 characters with `suffix` behind it. */
export function fittedName(prefix: string, suffix: string): string {
  return `${prefix.slice(0, 63 - suffix.length)}${suffix}`;
}
