import { type ResourceKind, resourceKinds } from './kinds';

const verbs = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

const groups = [...new Set(resourceKinds.map((r) => r.group))].filter((group) => group !== '');
const versionsOf = (group: string) => {
  const versions = [...new Set(resourceKinds.filter((r) => r.group === group).map((r) => r.version))];
  return versions.map((version) => ({ groupVersion: `${group}/${version}`, version }));
};

const groupOf = (group: string) => {
  const versions = versionsOf(group);
  return { name: group, versions, preferredVersion: versions[0] };
};

const reviews: Record<string, { name: string; kind: string }> = {
  'authorization.k8s.io': { name: 'selfsubjectaccessreviews', kind: 'SelfSubjectAccessReview' },
  'authentication.k8s.io': { name: 'selfsubjectreviews', kind: 'SelfSubjectReview' },
};

const reviewGroup = (group: string) => {
  const version = { groupVersion: `${group}/v1`, version: 'v1' };
  return { name: group, versions: [version], preferredVersion: version };
};

const listing = (resource: ResourceKind) => {
  const main = {
    name: resource.plural,
    singularName: resource.singular,
    namespaced: resource.namespaced,
    kind: resource.kind,
    verbs,
    shortNames: resource.shortNames,
  };
  const sub = (name: string, subVerbs: string[]) => ({
    name: `${resource.plural}/${name}`,
    singularName: '',
    namespaced: resource.namespaced,
    kind: resource.kind,
    verbs: subVerbs,
  });
  return [
    main,
    ...(resource.statusSubresource ? [sub('status', ['get', 'patch', 'update'])] : []),
    ...(resource.kind === 'Pod' ? [sub('log', ['get'])] : []),
  ];
};

/** What a discovery path answers; undefined when it is none. `server` is the address to announce. */
export function discover(path: string, server: string): unknown {
  switch (path) {
    case '/version':
      return {
        major: '1',
        minor: '34',
        gitVersion: 'v1.34.0-practice',
        gitCommit: '',
        gitTreeState: 'clean',
        buildDate: '2026-01-01T00:00:00Z',
        goVersion: '',
        compiler: '',
        platform: 'linux/amd64',
      };
    case '/api':
      return {
        kind: 'APIVersions',
        versions: ['v1'],
        serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: server }],
      };
    case '/apis':
      return {
        kind: 'APIGroupList',
        apiVersion: 'v1',
        groups: [...groups.map(groupOf), ...Object.keys(reviews).map(reviewGroup)],
      };
  }
  const match = /^\/(?:api\/(v1)|apis\/([^/]+)(?:\/([^/]+))?)$/.exec(path);
  if (!match) return undefined;
  const group = match[2] ?? '';
  const version = match[1] ?? match[3];
  const review = reviews[group];
  if (version === undefined) {
    if (review) return { kind: 'APIGroup', apiVersion: 'v1', ...reviewGroup(group) };
    return groups.includes(group) ? { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(group) } : undefined;
  }
  if (review && version === 'v1')
    return {
      kind: 'APIResourceList',
      apiVersion: 'v1',
      groupVersion: `${group}/v1`,
      resources: [
        {
          name: review.name,
          singularName: review.kind.toLowerCase(),
          namespaced: false,
          kind: review.kind,
          verbs: ['create'],
        },
      ],
    };
  const found = resourceKinds.filter((r) => r.group === group && r.version === version);
  if (found.length === 0) return undefined;
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group ? `${group}/${version}` : version,
    resources: found.flatMap(listing),
  };
}
