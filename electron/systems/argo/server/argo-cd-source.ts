import type { Connection, KubeObject } from '../../kubernetes/types';
import type { WatchSource } from '../../watch/source';
import { argoStream } from './stream-source';

/** Which Applications, as the Kubernetes API would be asked. */
export interface ApplicationsChoice {
  namespace: string;
  labelSelector?: string | undefined;
  /** `metadata.name=…` or `metadata.name!=…`. */
  fieldSelector?: string | undefined;
}

/**
 * Applications by Argo CD's server: `GET /api/v1/applications` and `/api/v1/stream/applications` (argo-cd 3.5,
 * `server/application/application.go`, `List` and `Watch`). A stream knows no history: asked without a resourceVersion it
 * tells all that is there first; and it tells Applications of every namespace, whatever `appNamespace` says.
 */
export function applicationsSource(connection: Connection, choice: ApplicationsChoice): WatchSource {
  const [, not, name] = /^metadata\.name(!?)=(.+)$/.exec(choice.fieldSelector ?? '') ?? [];
  const query = {
    appNamespace: choice.namespace,
    selector: choice.labelSelector,
    name: name !== undefined && not === '' ? name : undefined,
  };
  const isChosen = (object: unknown): boolean => {
    const { metadata } = (object ?? {}) as Partial<KubeObject>;
    // What has no name is the watch's to tell of.
    if (typeof metadata?.name !== 'string') return true;
    const isNamed = name === undefined || (metadata.name === name) !== (not === '!');
    return isNamed && metadata.namespace === choice.namespace;
  };
  const source = argoStream({
    connection,
    replay: 'until-listed',
    list: { path: '/api/v1/applications', query },
    stream: () => ({ path: '/api/v1/stream/applications', query }),
    member: 'application',
    sign: '/api/version',
  });
  return {
    ...source,
    list: ({ onItems, ...reading }) =>
      source.list({ ...reading, onItems: (items) => onItems(items.filter(isChosen)) }),
    event(line) {
      const event = source.event(line);
      return event && 'object' in event && !isChosen(event.object) ? null : event;
    },
  };
}
