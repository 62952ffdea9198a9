import { randomInt } from 'node:crypto';
import type { ResourceKind } from './kinds';
import { type ObjectMeta, refusals } from './stored-objects';

const suffixLetters = 'bcdfghjklmnpqrstvwxz2456789';
const suffix = (): string =>
  Array.from({ length: 5 }, () => suffixLetters[randomInt(suffixLetters.length)]).join('');

const dnsSubdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Longest base of a generated name (apiserver `names.SimpleNameGenerator`). */
const longestBase = 58;

/**
 * The name of a new object: its own, or one generated from `generateName` that is not taken.
 * @throws ApiError 422 for none, or one that is no RFC 1123 subdomain.
 */
export function nameFor(
  resource: ResourceKind,
  { name: given, generateName }: Partial<ObjectMeta>,
  taken: (name: string) => boolean,
): string {
  let name = given ?? '';
  if (!name && generateName) {
    do name = generateName.slice(0, longestBase) + suffix();
    while (taken(name));
  }
  if (!name)
    throw refusals.invalid(resource, '', 'metadata.name', 'Required value: name or generateName is required');
  if (name.length > 253 || !dnsSubdomain.test(name))
    throw refusals.invalid(
      resource,
      name,
      'metadata.name',
      `Invalid value: "${name}": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character`,
    );
  return name;
}
