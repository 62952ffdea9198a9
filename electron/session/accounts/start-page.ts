import type { ServerPlace } from '../../systems/argo/server/server-session';

/**
 * The page of a server that leads to its login. Argo CD's own pages go on to its identity provider by themselves, or show
 * a form where it has accounts of its own alone (ui/src/app/app.tsx); Argo Workflows has `/oauth2/redirect`.
 */
export function startOf({ system, url }: ServerPlace): string {
  const base = url.replace(/\/+$/, '');
  return system === 'argo-cd' ? `${base}/applications` : `${base}/oauth2/redirect`;
}
