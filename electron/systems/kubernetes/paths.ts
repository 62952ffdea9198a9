import { FailureError } from '../../../shared/domain/failure/failure';
import type { ResourceRef } from './types';

/**
 * Path of a resource's collection, of one object (`name`) or of a subresource; every segment is encoded.
 * @throws FailureError `invalid-input` for a name that no object can have: "." and ".." (`IsValidPathSegmentName` of
 *   k8s.io/apimachinery), and halves of characters, which no URL can hold.
 */
export function resourcePath(ref: ResourceRef & { name?: string; subresource?: string }): string {
  const root = ref.apiVersion.includes('/')
    ? ['apis', ...ref.apiVersion.split('/')]
    : ['api', ref.apiVersion];
  const segments = [
    ...root,
    ...(ref.namespace === undefined ? [] : ['namespaces', ref.namespace]),
    ref.plural,
    ...(ref.name === undefined ? [] : [ref.name]),
    ...(ref.subresource === undefined ? [] : [ref.subresource]),
  ];
  const odd = segments.find(
    (segment) => segment === '' || segment === '.' || segment === '..' || !segment.isWellFormed(),
  );
  if (odd !== undefined)
    throw new FailureError({
      code: 'invalid-input',
      message: `Kubernetes does not allow the name “${odd.toWellFormed()}”.`,
      meaning: 'Nothing was sent to the cluster.',
      next: [{ do: 'advice', label: 'Check the name.' }],
    });
  return `/${segments.map(encodeURIComponent).join('/')}`;
}
