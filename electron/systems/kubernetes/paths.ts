import type { ResourceRef } from './types';

/** Path of a resource's collection, of one object (`name`) or of a subresource; every segment is encoded. */
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
  if (segments.some((segment) => segment === '' || segment === '.' || segment === '..'))
    throw new Error(`not a resource path: ${segments.join('/')}`);
  return `/${segments.map(encodeURIComponent).join('/')}`;
}
