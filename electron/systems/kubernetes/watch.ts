import { changeOf, parseEvent } from '../watch/parse-event';
import type { StreamEvent, WatchSource } from '../watch/source';
import { watchObjects } from '../watch/watch-objects';
import { eachPage } from './list-pages';
import { resourcePath } from './paths';
import { stillThere } from './ping';
import { statusError } from './status-failures';
import type { Connection, WatchOptions } from './types';

/**
 * Keeps a picture of a resource of an API server: lists, watches from there, and comes back after anything that breaks
 * (`watch-objects.ts`). Resolves when the signal is aborted; nothing is called after that.
 */
export async function watchResource<T>(options: WatchOptions<T>): Promise<void> {
  await watchObjects(resourceSource(options), options);
}

/** A resource of an API server, whose lists name the version that a watch goes on from. */
function resourceSource(
  options: Pick<
    WatchOptions<never>,
    'connection' | 'apiVersion' | 'plural' | 'namespace' | 'labelSelector' | 'fieldSelector'
  >,
): WatchSource {
  const { connection, labelSelector, fieldSelector } = options;
  const path = resourcePath({
    apiVersion: options.apiVersion,
    plural: options.plural,
    ...(options.namespace === undefined ? {} : { namespace: options.namespace }),
  });
  const selectors = { labelSelector, fieldSelector };
  return {
    connection,
    replay: 'never',
    list: ({ onItems, onRestart, signal }) =>
      eachPage(connection, { path, query: selectors, signal }, onItems, onRestart),
    open: ({ from, seconds, signal }) =>
      connection.open({
        path,
        query: {
          ...selectors,
          watch: true,
          allowWatchBookmarks: true,
          resourceVersion: from ?? undefined,
          timeoutSeconds: seconds,
        },
        signal,
      }),
    event: (line) => watchEvent(connection, line),
    stillThere: () => stillThere(connection),
  };
}

function watchEvent(connection: Connection, line: Buffer): StreamEvent {
  const { type, object } = parseEvent(connection, line);
  if (type === 'ERROR') {
    const { code } = typeof object === 'object' && object !== null ? (object as { code?: unknown }) : {};
    if (code === 410) return { type: 'expired' };
    throw statusError(connection, typeof code === 'number' ? code : 500, object);
  }
  return changeOf(connection, type, object);
}
