/**
 * Links into the console, as they stand in chat messages and wikis. Whoever can make somebody click can write one, so
 * that a link only ever shows a place: nothing is sent, and what it names is looked at by the screens as any other text.
 *
 * | link | place |
 * | --- | --- |
 * | `signalbox://app/<app>?environment=<environment>` | the app along its environments; the environment may be left out |
 * | `signalbox://environment/<environment>` | what the environment's cluster shows |
 * | `signalbox://operation/<id>` | an operation |
 * | `signalbox://rollback/<app>/<environment>` | the sheet in which a rollback is looked at before it is sent |
 * | `signalbox://freezes` | every freeze |
 * | `signalbox://moment/<ISO 8601>` | the board as it was then |
 */
export const linkScheme = 'signalbox';

/** Longer than any link of ours; Windows itself cuts command lines. */
const longest = 500;
/** Names as they occur in estates and release repos; an address of the router can't be left with them. */
const name = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const operationId = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const moment = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/** Where a link that is none of the above leads to: the window says that there is no such place. */
export const noSuchPlace = '/no-such-place';

/** Whether a text is meant for us at all. */
export const isLink = (text: string): boolean => text.toLowerCase().startsWith(`${linkScheme}:`);

/**
 * The place that a link opens, as a path of the window's router; {@link noSuchPlace} where it is not one of ours.
 * @param link what the system handed over; nothing of it is trusted.
 */
export function placeOfLink(link: string): string {
  const parts = partsOf(link);
  if (!parts) return noSuchPlace;
  const [kind, ...path] = parts.path;
  const [first = '', second = ''] = path;
  const asked = parts.search.get('environment');
  switch (kind) {
    case 'app':
      if (path.length !== 1 || !name.test(first)) break;
      if (asked === null) return `/apps/${first}`;
      if (name.test(asked)) return `/apps/${first}?${search({ environment: asked })}`;
      break;
    case 'environment':
      if (path.length === 1 && name.test(first)) return `/clusters?${search({ environment: first })}`;
      break;
    case 'operation':
      if (path.length === 1 && operationId.test(first)) return `/operations/${first}`;
      break;
    case 'rollback':
      if (path.length === 2 && name.test(first) && name.test(second))
        return `/apps/${first}?${search({ environment: second, look: 'rollback' })}`;
      break;
    case 'freezes':
      if (path.length === 0) return '/freezes';
      break;
    case 'moment':
      if (path.length === 1 && moment.test(first) && !Number.isNaN(Date.parse(first)))
        return `/?${search({ at: first })}`;
      break;
  }
  return noSuchPlace;
}

/** Values as TanStack Router reads them: in JSON, so that an app called `1234` stays a text. */
const search = (values: Record<string, string>): string =>
  Object.entries(values)
    .map(([key, value]) => `${key}=${encodeURIComponent(JSON.stringify(value))}`)
    .join('&');

/**
 * What `URL` takes out of an address or reads another way, so that a link would open something else than it shows:
 * controls and spaces at its ends, tabs and line feeds anywhere, backslashes, steps up (WHATWG URL, 4.4 "URL parsing").
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for
const readOtherwise = /[\u0000-\u0020\u007f\\]|\/(?:\.|%2e){1,2}(?:[/?#]|$)/i;

function partsOf(link: string): { path: string[]; search: URLSearchParams } | null {
  if (link.length > longest || !isLink(link) || readOtherwise.test(link)) return null;
  try {
    const url = new URL(link);
    if (url.username || url.password || url.port) return null;
    // Windows and some desktops add a slash at the end.
    const path = url.pathname.replace(/^\//, '').replace(/\/$/, '');
    return {
      path: [url.host, ...(path === '' ? [] : path.split('/'))].map(decodeURIComponent),
      search: url.searchParams,
    };
  } catch {
    // No URL, or one whose escapes are none.
    return null;
  }
}

/** A link to a place, for messages; `null` where a name can't stand in one: then it would open nothing. */
const linkTo = (link: string): string | null => (placeOfLink(link) === noSuchPlace ? null : link);

/** The app in an environment. */
export const appLink = (app: string, environment: string): string | null =>
  linkTo(`${linkScheme}://app/${encodeURIComponent(app)}?environment=${encodeURIComponent(environment)}`);

/** @param id a UUID. */
export const operationLink = (id: string): string | null =>
  linkTo(`${linkScheme}://operation/${encodeURIComponent(id)}`);

/** Every freeze. */
export const freezesLink = `${linkScheme}://freezes`;
