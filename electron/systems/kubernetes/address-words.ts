/** Where a request went, for messages. */
export interface ClusterAddress {
  /** The kubeconfig's context; of one of Argo's servers, the environment. */
  context: string;
  server: string;
  /** One of Argo's own servers is asked, and not a cluster's API server: how people call it. */
  system?: string | undefined;
  /** The proxy on the way, where there is one. */
  proxy?: string;
}

/** What was asked, inside of a sentence: `the cluster staging`, `Argo CD in staging`. */
export const the = ({ context, system }: ClusterAddress): string =>
  system === undefined ? `the cluster ${context}` : `${system} in ${context}`;

/** The same at its beginning. */
export const The = (place: ClusterAddress): string => the(place).replace(/^the /, 'The ');

/** What kind of thing it is. */
export const thing = ({ system }: ClusterAddress): string => (system === undefined ? 'cluster' : 'server');

/** Where its address stands. */
export const configOf = ({ system }: ClusterAddress): string =>
  system === undefined ? 'the kubeconfig' : 'the estate file';

/** Who can mend it. */
export const administrators = ({ system }: ClusterAddress): string =>
  system === undefined ? 'the cluster’s administrators' : `the people who run ${system}`;
